// Money is integer nano-USD (1e-9 USD) in a `number` below 2^53, from the price calculation on. Pure.

export const NANO_PER_USD = 1_000_000_000;
/** The largest limit: 9,007,199 USD keeps every sum of one counter below 2^53 nano-USD. */
export const MAX_LIMIT_USD = 9_007_199;
export const MAX_NANO_USD = MAX_LIMIT_USD * NANO_PER_USD;

const DECIMAL_USD = /^(-?)(\d{1,16})(?:\.(\d{1,9}))?$/;

/** True for an amount that a counter may take: an integer of at least 0 and at most MAX_NANO_USD. */
export function isAmount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_NANO_USD;
}

/**
 * Reads a decimal USD text ("12.50": at most 9 places, no exponent, no sign but minus) as nano-USD.
 * Null where the text is no such decimal, or its magnitude is above MAX_LIMIT_USD.
 */
export function parseUsd(text: string): number | null {
  const match = DECIMAL_USD.exec(text);
  if (!match) return null;
  const [, sign, whole = "", places = ""] = match;
  const nano = BigInt(whole) * BigInt(NANO_PER_USD) + BigInt(places.padEnd(9, "0"));
  if (nano > BigInt(MAX_NANO_USD)) return null;
  const amount = Number(nano);
  return sign === "-" && amount !== 0 ? -amount : amount;
}

/** Writes nano-USD as decimal USD: at least two places, no trailing zeros beyond them ("12.50", "0.000150"  becomes "0.00015"). */
export function formatUsd(amountNanoUsd: number | bigint): string {
  const sign = amountNanoUsd < 0 ? "-" : "";
  const magnitude =
    typeof amountNanoUsd === "bigint" ? String(amountNanoUsd) : Math.abs(amountNanoUsd).toFixed(0);
  const digits = magnitude.replace("-", "").padStart(10, "0");
  const places = digits.slice(-9).replace(/0+$/, "").padEnd(2, "0");
  return `${sign}${digits.slice(0, -9)}.${places}`;
}
