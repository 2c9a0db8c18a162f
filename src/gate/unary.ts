import { joinedBytes } from "../providers/framing/joined-bytes.ts";
import type { AnsweredCall, Reading, Wire } from "../providers/wire.ts";
import type { ClientWatch } from "./client-watch.ts";
import { readThrough, type RelayEnd } from "./relay.ts";

/** The largest answer that isn't streamed. It is held in memory, so that its cost can stand in its headers. */
export const MAX_ANSWER_BYTES = 48 * 1_048_576;

/** An answer that states no more is read at once, as its provider has it whole: each step costs a call a fortieth of its CPU. */
const MAX_AT_ONCE_BYTES = 65_536;

export interface WholeAnswer {
  /** What came, whole or not; nothing of one that is too large, or that was to be read at once and broke off. */
  bytes: Uint8Array<ArrayBuffer>;
  /** How many came, or were stated to. */
  size: number;
  how: RelayEnd["how"] | "too_large";
}

interface ReadOptions {
  client: ClientWatch;
  abort: () => void;
  idleMs: number;
}

/** Reads an answer to its end, as far as time, size and a client who may have left allow. */
export function readAnswer(response: Response, options: ReadOptions): Promise<WholeAnswer> {
  const { headers } = response;
  // Of an encoded answer it is the length before that was undone, and of one in chunks it says nothing.
  const isOther = headers.has("content-encoding") || headers.has("transfer-encoding");
  const stated = isOther ? 0 : Number(headers.get("content-length"));
  return stated > 0 && stated <= MAX_AT_ONCE_BYTES
    ? readAtOnce(response, stated, options)
    : readInSteps(response, options);
}

async function readAtOnce(response: Response, stated: number, options: ReadOptions): Promise<WholeAnswer> {
  let bytes = new Uint8Array(0);
  const { how } = await readThrough(options, async () => {
    bytes = new Uint8Array(await response.arrayBuffer());
    return "ended";
  });
  return { bytes, size: how === "ended" ? bytes.length : stated, how };
}

async function readInSteps({ body }: Response, options: ReadOptions): Promise<WholeAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let tooLarge = false;
  let how: RelayEnd["how"] = "ended";
  if (body) {
    const reader = body.getReader();
    ({ how } = await readThrough(options, async () => {
      const { done, value } = await reader.read();
      if (done) return "ended";
      size += value.length;
      tooLarge = size > MAX_ANSWER_BYTES;
      if (tooLarge) throw new Error("the answer is too large");
      chunks.push(value);
      return "more";
    }));
  }
  if (tooLarge) options.abort();
  const bytes = joinedBytes(tooLarge ? [] : chunks);
  return { bytes, size, how: tooLarge ? "too_large" : how };
}

/**
 * What a unary answer says of its usage. One that broke off states nothing, but its provider had generated all of it:
 * the bytes that came are the least that it can have cost (R26).
 */
export function readUnary(wire: Wire, status: number, answer: WholeAnswer, call: AnsweredCall): Reading {
  if (answer.how !== "ended") {
    const failed = status >= 400;
    return { usage: null, complete: false, failed, generatedBytes: failed ? 0 : answer.size };
  }
  const body = parseJson(answer.bytes);
  const reading = wire.readBody(status, body, call);
  // An answer that isn't JSON was generated all the same; its bytes are what is known of it (R49).
  return body === undefined && status < 400 ? { ...reading, generatedBytes: answer.size } : reading;
}

const decoder = new TextDecoder();

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined; // No JSON: the wire format reads that as an answer with no usage.
  }
}
