import { parseHeaderValue } from "./header-parameters.ts";

/** What a part's headers say. */
export interface PartHeaders {
  name: string;
  filename?: string;
  contentType?: string;
}

/** A line with no control character in it: none is folded, none ends with a line feed alone. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(\P{Cc}*)$/u;
/** With another one the provider might read other bytes than stand there. RFC 7578 has none any more. */
const PLAIN_ENCODINGS = new Set(["binary", "8bit", "7bit"]);
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the headers of a form's part, or says what is wrong with them.
 * https://www.rfc-editor.org/rfc/rfc7578#section-4.2
 */
export function parsePartHeaders(bytes: Uint8Array): PartHeaders | string {
  const headers = headersOf(bytes);
  if (!headers) return "has a header that is malformed or stands twice";
  const encoding = headers.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (!PLAIN_ENCODINGS.has(encoding)) return "has a transfer encoding";
  const disposition = parseHeaderValue(headers.get("content-disposition") ?? "");
  if (disposition?.value !== "form-data") return "has no well-formed content disposition";
  const { parameters } = disposition;
  const name = parameters.get("name");
  // A backslash is an escape to some readers and itself to others, and some prefer `name*`.
  if (name === undefined || name.includes("\\") || parameters.has("name*")) {
    return "has no name that everybody reads alike";
  }
  const filename = parameters.get("filename") ?? parameters.get("filename*");
  const contentType = headers.get("content-type");
  return {
    name,
    ...(filename !== undefined && { filename }),
    ...(contentType !== undefined && { contentType }),
  };
}

function headersOf(bytes: Uint8Array): Map<string, string> | null {
  const headers = new Map<string, string>();
  for (const line of (decode(bytes) ?? "").split("\r\n")) {
    const [, name = "", value = ""] = HEADER.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === "" || headers.has(key)) return null;
    headers.set(key, value.trim());
  }
  return headers;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null; // Not UTF-8: malformed to the caller.
  }
}
