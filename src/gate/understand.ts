import { joinedBytes } from "../providers/framing/joined-bytes.ts";
import type { Refusal } from "../errors.ts";
import type { BodyEdit } from "../providers/framing/json-edit.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../providers/wire.ts";
import { parseBody } from "./body.ts";

export interface Understood {
  facts: CallFacts;
  body: JsonObject;
  /** The body as it came. */
  bytes: Uint8Array;
  headers?: Headers;
  /** What is sent on: every byte as it came, but for these changes. */
  edited: (edits: BodyEdit[]) => BodyInit;
}

/** Reads a call's body, as far as money needs it. Nothing is reserved or sent before this. */
export async function understand(
  request: Request,
  { wire, path }: { wire: Wire; path: string },
  maxBodyBytes: number,
): Promise<{ call: Understood } | { refusal: Refusal }> {
  // What fails is the client's connection; nobody is left to be told.
  const bytes = await readBounded(request, maxBodyBytes).catch(() => undefined);
  if (bytes === undefined) return refused({ param: null, message: "The body broke off." });
  if (bytes === null) {
    return { refusal: { code: "body_too_large", message: `The body is larger than ${maxBodyBytes} bytes.` } };
  }
  const contentType = wire.takesForms ? (request.headers.get("content-type") ?? "") : "";
  const parsed = parseBody(bytes, contentType);
  if ("invalid" in parsed) return refused(parsed.invalid);
  const { members, edited } = parsed.body;
  const understood = wire.understand(members, path, request.headers);
  if ("invalid" in understood) return refused(understood.invalid);
  return { call: { facts: understood.facts, body: members, bytes, headers: request.headers, edited } };
}

/** The same call as another dialect of its format reads it, which may know other fields. */
export function readAs(wire: Wire, call: Understood, path: string): Understood {
  const understood = wire.understand(call.body, path, call.headers);
  return "facts" in understood ? { ...call, facts: understood.facts } : call;
}

function refused({ param, message }: InvalidBody): { refusal: Refusal } {
  return { refusal: { code: "invalid_request", message, param } };
}

/** The whole body, or null where it is larger than `limit`: then no more of it is read. */
async function readBounded(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const stated = request.headers.get("content-length");
  if (Number(stated ?? 0) > limit) return null;
  if (!request.body) return new Uint8Array();
  // No more comes than was stated, and to read it at once costs less than a loop.
  if (stated !== null) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > limit ? null : bytes;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return joinedBytes(chunks);
}
