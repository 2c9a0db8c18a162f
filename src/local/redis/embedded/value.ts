// What a command of the embedded Redis works on and answers.
//
// A string is a *byte string*: each character is one byte, 0 to 255. So lengths are in bytes, order is
// memcmp's, and any bytes survive. UTF-8 text becomes a byte string, and back, at the engine's border.

import type { ErrorReply } from "../engine.ts";

export type Status = { readonly ok: string };

export type Value = string | number | null | Status | ErrorReply | Value[];

export const OK: Status = { ok: "OK" };

/** A command's refusal. Thrown, since the checks are deep in the callees; the dispatcher makes it a value. */
export class CommandError extends Error {}

export function syntaxError(): CommandError {
  return new CommandError("ERR syntax error");
}
