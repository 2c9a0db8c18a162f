import { MAX_NANO_USD } from "./money.ts";
import { tokenCount } from "./usage.ts";

// What providers charge for beside tokens: pictures, time, letters, searches, pages. Pure.

export const BILLED_UNITS = [
  "images",
  "seconds",
  "characters",
  "search_units",
  "pages",
  "annotated_pages",
] as const;
export type BilledUnit = (typeof BILLED_UNITS)[number];

/** The same for each unit. */
export function eachUnit<T>(value: T): Record<BilledUnit, T> {
  return Object.fromEntries(BILLED_UNITS.map((unit) => [unit, value])) as Record<BilledUnit, T>; // All of them are in it.
}

/** How many of each. Integers, but for `seconds`, which counts in thousandths. */
export type UnitCounts = { [unit in BilledUnit]?: number };

/** Integer nano-USD per million units. An absent one is unknown, not free. */
export type UnitRates = { [unit in BilledUnit]?: number };

/** Nine USD for each one: no picture and no second of film comes near it. Above it a price is a fault (law 13). */
export const MAX_UNIT_RATE_NANO_USD = MAX_NANO_USD;

/** A month of sound; a longer call is a fault of the report. */
const MAX_SECONDS_PER_CALL = 2_678_400;
const THOUSANDTHS = 1_000;

/** The charge of all units that have a rate, in nano-USD times a thousand million: exact for thousandths of a second. */
export function unitsCharge(counts: UnitCounts, rates: UnitRates, round: "nearest" | "up"): bigint {
  let sum = 0n;
  for (const unit of BILLED_UNITS) {
    const count = counts[unit] ?? 0;
    if (count !== 0) sum += BigInt(thousandths(count, round)) * BigInt(rates[unit] ?? 0);
  }
  return sum;
}

/** Whether a unit's count can be believed (law 13). */
export function isUnitCount(unit: BilledUnit, value: unknown): boolean {
  if (unit !== "seconds") return tokenCount(value) !== undefined;
  return typeof value === "number" && value >= 0 && value <= MAX_SECONDS_PER_CALL; // NaN is neither.
}

/** The units that were counted, and of how many there was at least a part. */
export function usedUnits(counts: UnitCounts): BilledUnit[] {
  return BILLED_UNITS.filter((unit) => (counts[unit] ?? 0) > 0);
}

function thousandths(count: number, round: "nearest" | "up"): number {
  const scaled = count * THOUSANDTHS;
  // The product of a decimal is off by a hair, which isn't a thousandth more.
  return round === "up" ? Math.ceil(Number(scaled.toFixed(3))) : Math.round(scaled);
}
