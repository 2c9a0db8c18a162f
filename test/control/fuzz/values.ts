import type { Field } from "./fields.ts";
import { HEAVY_JSON, HOSTILE_JSON } from "./hostile.ts";
import { takes } from "./probe.ts";

// Which values go into which field.

/** FUZZ_TAKEN in the environment asks for more: what a field takes is stored and read, which costs most of the time. */
const TAKEN_PER_FIELD = Number(process.env["FUZZ_TAKEN"] ?? 1);
/** Every so many fields get the heavy values. */
const HEAVY_EVERY = 16;

const PARSED = HOSTILE_JSON.map((json) => ({ json, value: JSON.parse(json) as unknown }));
/** Those that JavaScript has, too. */
export const VALUES: readonly unknown[] = PARSED.map(({ value }) => value);

/** All values that a field refuses, and some of those that it takes. */
export function valuesFor(field: Field, turn: number): string[] {
  const isTaken = (value: unknown) => field.schema !== null && takes(field, value);
  const { taken = [], refused = [] } = Object.groupBy(PARSED, ({ value }) =>
    isTaken(value) ? "taken" : "refused",
  );
  const heavy = turn % HEAVY_EVERY === 0 ? HEAVY_JSON : [];
  return [...[...refused, ...someTaken(taken, turn)].map(({ json }) => json), ...heavy];
}

/** Others than the field before, whose turn was one less. */
export function someTaken<T>(taken: readonly T[], turn: number): T[] {
  const start = (turn * TAKEN_PER_FIELD) % Math.max(taken.length, 1);
  return [...taken, ...taken].slice(start, start + Math.min(TAKEN_PER_FIELD, taken.length));
}
