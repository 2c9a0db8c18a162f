import { occurrencesOf } from "./byte-search.ts";
import { parseHeaderValue } from "./header-parameters.ts";
import { parsePartHeaders } from "./multipart-headers.ts";

/** A field of a form. */
export interface MultipartPart {
  name: string;
  /** Where it has one it is a file, else a text. */
  filename?: string;
  contentType?: string;
  /** Where its content stands in the body: from `start`, to before `end`. */
  start: number;
  end: number;
}

/** No endpoint that is metered takes half as many. */
export const MAX_PARTS = 256;
/** Of one part, the blank line behind them included. */
export const MAX_PART_HEADER_BYTES = 8 * 1024;
/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/**
 * Finds the parts of a multipart/form-data body. https://www.rfc-editor.org/rfc/rfc7578
 *
 * Where readers of forms differ in what they take, the body is invalid, so that nobody can show the gate one form and
 * the provider another: a boundary anywhere but on a line of its own, lines that end without CRLF, no last boundary.
 * Linear in the body; at least one part. `invalid` is a sentence for the client.
 */
export function parseMultipart(
  bytes: Uint8Array,
  contentType: string,
): { parts: MultipartPart[] } | { invalid: string } {
  const boundary = boundaryOf(contentType);
  if (boundary === null)
    return { invalid: "The content type is not multipart/form-data with a valid boundary." };
  const delimiters = delimitersOf(bytes, boundary);
  if ("invalid" in delimiters) return delimiters;
  const parts: MultipartPart[] = [];
  let start = delimiters.found[0]?.end ?? 0;
  for (const delimiter of delimiters.found.slice(1)) {
    const part = partOf(bytes, start, delimiter.start);
    if (typeof part === "string") return { invalid: `Part ${parts.length + 1} of the form ${part}.` };
    parts.push(part);
    start = delimiter.end;
  }
  return parts.length > 0 ? { parts } : { invalid: "The form has no part." };
}

/**
 * The first name that stands twice where one value is meant; null where there is none. A list's parts repeat, and are
 * named `image[]`; beside them a part `image` would be a second one, too.
 */
export function findDuplicatePart(parts: MultipartPart[]): string | null {
  const isList = new Map<string, boolean>();
  for (const { name } of parts) {
    const list = name.endsWith("[]");
    const field = list ? name.slice(0, -2) : name;
    const before = isList.get(field);
    if (before !== undefined && !(before && list)) return name;
    isList.set(field, list);
  }
  return null;
}

function boundaryOf(contentType: string): string | null {
  const header = parseHeaderValue(contentType);
  const boundary = header?.value === "multipart/form-data" ? header.parameters.get("boundary") : undefined;
  return boundary !== undefined && BOUNDARY.test(boundary) ? boundary : null;
}

/** A boundary's line, with the line end before it, which isn't the part's. */
interface Delimiter {
  start: number;
  end: number;
}

function delimitersOf(bytes: Uint8Array, boundary: string): { found: Delimiter[] } | { invalid: string } {
  const pattern = new TextEncoder().encode(`--${boundary}`);
  const found: Delimiter[] = [];
  let closed = false;
  for (const at of occurrencesOf(pattern, bytes)) {
    if (closed) return { invalid: "The form has a boundary behind its last one." };
    if (found.length > MAX_PARTS) return { invalid: `The form has more than ${MAX_PARTS} parts.` };
    const behind = at + pattern.length;
    closed = bytes[behind] === DASH && bytes[behind + 1] === DASH;
    const padding = closed ? behind + 2 : behind;
    const lineEnd = skipPadding(bytes, padding);
    const endsLine = isLineEnd(bytes, lineEnd) || (closed && lineEnd === bytes.length);
    if ((at > 0 && !isLineEnd(bytes, at - 2)) || !endsLine) {
      return { invalid: "The form has its boundary where no line of its own is." };
    }
    found.push({ start: Math.max(0, at - 2), end: lineEnd + 2 });
  }
  return closed ? { found } : { invalid: "The form has no end." };
}

/** The part, or what is wrong with it. */
function partOf(bytes: Uint8Array, start: number, end: number): MultipartPart | string {
  const head = bytes.subarray(start, Math.max(start, Math.min(end, start + MAX_PART_HEADER_BYTES)));
  const blankLine = occurrencesOf(BLANK_LINE, head).next();
  if (blankLine.done === true) return "has no headers, or more than are read";
  const headers = parsePartHeaders(head.subarray(0, blankLine.value));
  if (typeof headers === "string") return headers;
  return { ...headers, start: start + blankLine.value + BLANK_LINE.length, end };
}

function skipPadding(bytes: Uint8Array, start: number): number {
  let position = start;
  while (bytes[position] === SPACE || bytes[position] === TAB) position++;
  return position;
}

function isLineEnd(bytes: Uint8Array, position: number): boolean {
  return bytes[position] === CR && bytes[position + 1] === LF;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DASH = 0x2d;
const BLANK_LINE = Uint8Array.of(CR, LF, CR, LF);
