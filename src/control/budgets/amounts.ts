import * as z from "zod";
import type { Unit } from "../../domain/charged-budgets.ts";
import { MAX_LIMIT_USD, MAX_NANO_USD, formatUsd, parseUsd } from "../../domain/money.ts";
import { requiredOr } from "../frame/fields.ts";

// Amounts of budgets on the wire: decimal USD for `usd`, integers for the other units. Pure.

const PLACES = 9;
/** One kind of counter has one bound, whatever it counts: every sum in it stays below 2^53. */
export const MAX_COUNT = MAX_NANO_USD;

const USD_DETAIL = `must be USD from 0 to ${MAX_LIMIT_USD} as a plain decimal with at most ${PLACES} places`;
const COUNT_DETAIL = `must be a whole number from 0 to ${MAX_COUNT}`;
const SIGNED_USD_DETAIL = `must be USD other than 0 from -${MAX_LIMIT_USD} to ${MAX_LIMIT_USD} as a plain decimal with at most ${PLACES} places`;
const SIGNED_COUNT_DETAIL = `must be a whole number other than 0 from -${MAX_COUNT} to ${MAX_COUNT}`;

/** A limit in nano-USD. Never null: no budget is unlimited by accident (R55, R57, R63). */
export const usdLimit = amount(parseUsd, { signed: false, detail: USD_DETAIL });
export const countLimit = amount(parseCount, { signed: false, detail: COUNT_DETAIL });

/** A plain decimal of at least 0 with at most 9 places, times 10^9: USD as nano-USD, and factors likewise. */
export const plainDecimal = (detail: string) => amount(parseUsd, { signed: false, detail });

/** An amount whose unit isn't known yet. */
export const amountInput = z.union([z.string(), z.number()]).meta({
  description: "USD as decimal text (a number is taken, too) for `usd`; a whole number for the other units.",
});

export const limitOf = (unit: Unit) => (unit === "usd" ? usdLimit : countLimit);

const signedUsd = amount(parseUsd, { signed: true, detail: SIGNED_USD_DETAIL });
const signedCount = amount(parseCount, { signed: true, detail: SIGNED_COUNT_DETAIL });

/** What an adjustment adds to a limit, or takes from it. */
export const signedAmountOf = (unit: Unit) => (unit === "usd" ? signedUsd : signedCount);

/** An amount as the API shows it. */
export function formatAmount(unit: Unit, value: number): string | number {
  return unit === "usd" ? formatUsd(value) : value;
}

function amount(
  parse: (text: string) => number | null,
  { signed, detail }: { signed: boolean; detail: string },
) {
  const fits = (text: string, value: number) => (signed ? value !== 0 : !text.startsWith("-"));
  return z
    .union([z.string(), z.number()], { error: (issue) => requiredOr(issue.input, detail) })
    .transform((value, context) => {
      const text = typeof value === "string" ? value : decimalText(value);
      const parsed = text === null ? null : parse(text);
      if (text !== null && parsed !== null && fits(text, parsed)) return parsed;
      context.issues.push({ code: "custom", message: detail, input: value });
      return z.NEVER;
    });
}

function parseCount(text: string): number | null {
  if (!/^-?\d{1,16}$/.test(text)) return null;
  const count = Number(text);
  return Math.abs(count) <= MAX_COUNT ? count : null;
}

/**
 * The decimal form of a JSON number; null where it has none of at most 9 places. `String` writes small numbers with
 * an exponent, so 1e-7 is taken as the 0.0000001 that it is.
 */
function decimalText(value: number): string | null {
  const text = String(value);
  if (!text.includes("e")) return text;
  const fixedText = value.toFixed(PLACES);
  return Number(fixedText) === value && !fixedText.includes("e") ? fixedText : null;
}
