import { joinedBytes } from "./joined-bytes.ts";
import type { MultipartPart } from "./multipart.ts";

/** Sets a text field of a form. */
export interface PartEdit {
  name: string;
  value: string;
}

/**
 * Replaces the content of each part of that name, or adds a part behind the last one where there is none, and leaves
 * every other byte. Of two edits of one name the later one counts.
 *
 * `parts` are the ones that `parseMultipart` found in these bytes. Names and values are ours: a line end in one, or a
 * quote in a name, could make another form of it, and throws a TypeError.
 */
export function editMultipart(bytes: Uint8Array, parts: MultipartPart[], edits: PartEdit[]): Uint8Array {
  const last = parts.at(-1);
  if (!last || edits.length === 0) return bytes;
  for (const { name, value } of edits) {
    if (/[\r\n"\\]/.test(name) || /[\r\n]/.test(value)) throw new TypeError("an edit that a form can't hold");
  }
  const encoder = new TextEncoder();
  const missing = new Map(edits.map(({ name, value }) => [name, value]));
  const values = new Map(missing);
  const pieces: Uint8Array[] = [];
  let copied = 0;
  for (const { name, start, end } of parts) {
    const value = values.get(name);
    if (value === undefined) continue;
    missing.delete(name);
    pieces.push(bytes.subarray(copied, start), encoder.encode(value));
    copied = end;
  }
  pieces.push(bytes.subarray(copied, last.end));
  const boundary = lastBoundary(bytes, last.end);
  for (const [name, value] of missing) {
    const head = `\r\n${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`;
    pieces.push(encoder.encode(head + value));
  }
  pieces.push(bytes.subarray(last.end));
  return joinedBytes(pieces);
}

/** The boundary's line that ends the form, which begins behind the last part's line end, without its own two dashes. */
function lastBoundary(bytes: Uint8Array, lastPartEnd: number): string {
  const start = lastPartEnd + LINE_END_BYTES;
  const lineEnd = bytes.indexOf(CR, start);
  const line = new TextDecoder().decode(bytes.subarray(start, lineEnd === -1 ? bytes.length : lineEnd));
  return line.trimEnd().slice(0, -"--".length);
}

const CR = 0x0d;
const LINE_END_BYTES = 2;
