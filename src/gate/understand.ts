import type { Refusal } from "../errors.ts";
import { findDuplicateKey } from "../providers/framing/duplicate-key.ts";
import type { CallFacts, JsonObject, Wire } from "../providers/wire.ts";

export interface Understood {
  facts: CallFacts;
  body: JsonObject;
  /** The body as it came: what is sent on, but for the edits. */
  text: string;
  bytes: Uint8Array;
}

/** Reads a call's body, as far as money needs it. Nothing is reserved or sent before this. */
export async function understand(
  request: Request,
  { wire, path }: { wire: Wire; path: string },
  maxBodyBytes: number,
): Promise<{ call: Understood } | { refusal: Refusal }> {
  const bytes = await readBounded(request, maxBodyBytes);
  if (bytes === null) {
    return { refusal: { code: "body_too_large", message: `The body is larger than ${maxBodyBytes} bytes.` } };
  }
  const text = decode(bytes);
  const body = text === null ? null : parseObject(text);
  if (text === null || body === null) return invalid(null, "The body is not a JSON object in UTF-8.");
  // A body that shows us one value and the provider another could buy more than it was held for.
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null)
    return invalid(duplicate, `The body has the member ${JSON.stringify(duplicate)} twice.`);
  const understood = wire.understand(body, path);
  if ("invalid" in understood) return invalid(understood.invalid.param, understood.invalid.message);
  return { call: { facts: understood.facts, body, text, bytes } };
}

function invalid(param: string | null, message: string): { refusal: Refusal } {
  return { refusal: { code: "invalid_request", message, param } };
}

/** The whole body, or null where it is larger than `limit`: then no more of it is read. */
async function readBounded(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return null;
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // Not UTF-8: the caller answers 400.
  }
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null; // Not JSON: the caller answers 400.
  }
}
