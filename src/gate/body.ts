import { findDuplicateKey } from "../providers/framing/duplicate-key.ts";
import { editJson, type BodyEdit } from "../providers/framing/json-edit.ts";
import { editMultipart } from "../providers/framing/multipart-edit.ts";
import { findDuplicatePart, parseMultipart, type MultipartPart } from "../providers/framing/multipart.ts";
import { formFile } from "../providers/form-file.ts";
import type { InvalidBody, JsonObject } from "../providers/wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A request's body as its members, and as what is sent on. */
export interface CallBody {
  members: JsonObject;
  bytes: Bytes;
  /** The body with these changes, and every other byte as it came. */
  edited: (edits: BodyEdit[]) => BodyInit;
}

/**
 * A body that shows us one value and the provider another could buy more than it was held for, so one that says a thing
 * twice is refused.
 */
export function parseBody(bytes: Bytes, contentType: string): { body: CallBody } | { invalid: InvalidBody } {
  return /^\s*multipart\/form-data\b/i.test(contentType) ? parseForm(bytes, contentType) : parseJson(bytes);
}

function parseJson(bytes: Bytes): { body: CallBody } | { invalid: InvalidBody } {
  const text = decode(bytes);
  const members = text === null ? null : objectIn(text);
  if (text === null || members === null) return invalid(null, "The body is not a JSON object in UTF-8.");
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) return twice(duplicate);
  return {
    body: { members, bytes, edited: (edits) => (edits.length > 0 ? editJson(text, edits) : bytes) },
  };
}

function parseForm(bytes: Bytes, contentType: string): { body: CallBody } | { invalid: InvalidBody } {
  const form = parseMultipart(bytes, contentType);
  if ("invalid" in form) return invalid(null, form.invalid);
  const duplicate = findDuplicatePart(form.parts);
  if (duplicate !== null) return twice(duplicate);
  // No prototype, so that no name of a part is one of an object's own.
  const members: JsonObject = Object.create(null) as JsonObject;
  for (const part of form.parts) {
    const value = valueOf(bytes, part);
    if (value === null) return invalid(part.name, `The part ${JSON.stringify(part.name)} is not in UTF-8.`);
    const name = part.name.replace(/\[\]$/, "");
    const before = members[name];
    if (part.name === name) members[name] = value;
    else members[name] = [...(Array.isArray(before) ? (before as unknown[]) : []), value];
  }
  const edited = (edits: BodyEdit[]): BodyInit => {
    const changes = edits.map(({ path, value }) => ({ name: path.join("."), value: String(value) }));
    return edits.length > 0 ? (editMultipart(bytes, form.parts, changes) as Bytes) : bytes;
  };
  return { body: { members, bytes, edited } };
}

/** A file as what is known of it; a text as it is. */
function valueOf(bytes: Bytes, { start, end, filename, contentType }: MultipartPart): unknown {
  if (filename !== undefined) return formFile({ filename, contentType, bytes: end - start });
  return decode(bytes.subarray(start, end));
}

function twice(name: string): { invalid: InvalidBody } {
  return invalid(name, `The body has the member ${JSON.stringify(name)} twice.`);
}

function invalid(param: string | null, message: string): { invalid: InvalidBody } {
  return { invalid: { param, message } };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null; // Not UTF-8: the caller answers 400.
  }
}

function objectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null; // Not JSON: the caller answers 400.
  }
}
