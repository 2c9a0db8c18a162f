import * as z from "zod";
import { MAX_LABEL_BYTES, isLabel } from "../../domain/scope.ts";

// Field types that several resources share. Pure.

export const MAX_TEXT_LENGTH = 200;
export const MAX_LIST_ITEMS = 100;
const LABEL_DETAIL = `must have 1 to ${MAX_LABEL_BYTES} bytes with no control characters, and not be "*"`;
const MOMENT_DETAIL = "must be an RFC 3339 time from 1970 to 9999";
/** The last moment whose year has four digits. */
export const MAX_MOMENT_MS = Date.UTC(10_000, 0) - 1;

export const shortText = z.string().min(1).max(MAX_TEXT_LENGTH);

/** A customer or a tag, in the caller's own words. */
export const label = z.string().refine(isLabel, LABEL_DETAIL);

/** Names that stand for another "provider/model". */
export const modelAliases = z
  .record(
    shortText,
    z
      .string()
      .max(MAX_TEXT_LENGTH)
      .regex(/^[^/]+\/.+$/, 'must be "provider/model"'),
  )
  .refine((aliases) => Object.keys(aliases).length <= MAX_LIST_ITEMS, `has more than ${MAX_LIST_ITEMS}`);

/** An empty list could be read as "none" and as "all": null says all. */
export const allowList = z.array(shortText).min(1).max(MAX_LIST_ITEMS);

/** An RFC 3339 time. Both Postgres and `Date` can hold it, and it is written back with the same year. */
export const moment = z.iso.datetime({ offset: true, error: MOMENT_DETAIL }).transform((text, context) => {
  const time = new Date(text);
  if (time.getTime() >= 0 && time.getTime() <= MAX_MOMENT_MS) return time;
  context.issues.push({ code: "custom", message: MOMENT_DETAIL, input: text });
  return z.NEVER;
});

const MAX_OVERLAP_SECONDS = 30 * 86_400;

/** The body of a rotation: for how long the secret before works, too. */
export const rotationBody = z.strictObject({
  overlap_seconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).default(0),
});

/** A closed set of words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word> {
  return z.enum(words, { error: (issue) => requiredOr(issue.input, `must be one of: ${words.join(", ")}`) });
}

/** A field that is given once, when the resource is made. The document doesn't have it in what changes one. */
export const fixed = z.never("can't be changed").optional();

export function requiredOr(input: unknown, detail: string): string {
  return input === undefined ? "is required" : detail;
}
