import type { Sequence } from "./packed.ts";

// Reads the parts of a script's reply, and refuses what no script of ours sends. Pure.

export function text(value: unknown): string {
  if (typeof value !== "string") throw new Error("a script's reply has no text where one is due");
  return value;
}

export function integer(value: unknown): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (!Number.isSafeInteger(number)) throw new Error("a script's reply has no integer where one is due");
  return number as number; // isSafeInteger is true of numbers only.
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error("a script's reply has no list where one is due");
  return value;
}

export function texts(value: unknown): string[] {
  return list(value).map(text);
}

export function sequenceOf(epoch: unknown, n: unknown): Sequence {
  return { epoch: integer(epoch), n: integer(n) };
}
