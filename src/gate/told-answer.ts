import type { AnsweredCall, Reading, Wire } from "../providers/wire.ts";
import { splitterFor } from "./framing.ts";
import { redact } from "./redact.ts";
import { tap, type RelayOptions } from "./relay.ts";
import { readAnswer, readUnary, type WholeAnswer } from "./unary.ts";

/** Of the call that asks, nothing is to be known: it makes nothing. */
const ASKING: Pick<AnsweredCall, "body" | "facts"> = {
  body: {},
  facts: { model: "", stream: false, choices: 1, usageAsked: true },
};

/** A body for the client, and what it says of a response's end; null where it broke off and there is none. */
export type ToldAnswer = {
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>;
  reading: Promise<Reading>;
} | null;

/** Passes an answer about an earlier call on, and reads it. */
export async function readToldAnswer(
  response: Response,
  wire: Wire,
  options: Pick<RelayOptions, "client" | "secrets" | "abort" | "idleMs" | "time">,
): Promise<ToldAnswer> {
  const call = { ...ASKING, headers: response.headers };
  const splitter = splitterFor(response.headers.get("content-type") ?? "", wire, false);
  if (splitter && response.body) {
    const reader = wire.streamReader({ hideUsage: false }, call);
    const { readable, done } = tap({ ...options, body: response.body, splitter, reader });
    return { body: readable, reading: done.then(() => reader.reading()) };
  }
  const whole: WholeAnswer = await readAnswer(response, options);
  if (whole.how !== "ended") return null;
  return {
    body: redact(whole.bytes, options.secrets),
    reading: Promise.resolve(readUnary(wire, response.status, whole, call)),
  };
}
