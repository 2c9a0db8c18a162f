import { z } from "zod";
import { MAX_LIMIT_USD, isAmount, parseUsd } from "../domain/money.ts";

// Field types that several resources share. Pure.

export const MAX_TEXT_LENGTH = 200;
const PLACES = 9;
const LIMIT_DETAIL = `must be USD from 0 to ${MAX_LIMIT_USD} as a plain decimal with at most ${PLACES} places`;
const MOMENT_DETAIL = "must be an RFC 3339 time from 1970 to 9999";
const MAX_MOMENT_MS = Date.UTC(10_000, 0) - 1;

export const shortText = z.string().min(1).max(MAX_TEXT_LENGTH);

/** A limit in USD, as text or number, in nano-USD. Never null: no budget is unlimited by accident (R55, R57, R63). */
export const usdLimit = z
  .union([z.string(), z.number()], { error: (issue) => requiredOr(issue.input, LIMIT_DETAIL) })
  .transform((value, context) => {
    const text = typeof value === "string" ? value : decimalText(value);
    const amountNanoUsd = text === null || text.startsWith("-") ? null : parseUsd(text);
    if (amountNanoUsd !== null && isAmount(amountNanoUsd)) return amountNanoUsd;
    context.issues.push({ code: "custom", message: LIMIT_DETAIL, input: value });
    return z.NEVER;
  });

/** An RFC 3339 time. Both Postgres and `Date` can hold it, and it is written back with the same year. */
export const moment = z.iso.datetime({ offset: true, error: MOMENT_DETAIL }).transform((text, context) => {
  const time = new Date(text);
  if (time.getTime() >= 0 && time.getTime() <= MAX_MOMENT_MS) return time;
  context.issues.push({ code: "custom", message: MOMENT_DETAIL, input: text });
  return z.NEVER;
});

/** A closed set of which some values come later: those are refused by name, never taken and ignored. */
export function oneOf<const Now extends string>(
  now: readonly Now[],
  later: readonly string[],
): z.ZodType<Now> {
  const words = `must be one of: ${now.join(", ")}`;
  return z.string({ error: (issue) => requiredOr(issue.input, words) }).transform((value, context) => {
    const known = now.find((each) => each === value);
    if (known !== undefined) return known;
    const message = later.includes(value) ? `"${value}" isn't supported yet` : words;
    context.issues.push({ code: "custom", message, input: value });
    return z.NEVER;
  });
}

/** A field of the contract that comes later. Only the value that changes nothing is taken. */
export function notYet(neutral?: unknown): z.ZodType {
  return z
    .unknown()
    .refine((value) => value === undefined || value === null || value === neutral, "isn't supported yet")
    .optional();
}

/** A field that is given once, when the resource is made. */
export const fixed = z
  .unknown()
  .refine((value) => value === undefined, "can't be changed")
  .optional();

export function requiredOr(input: unknown, detail: string): string {
  return input === undefined ? "is required" : detail;
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
