import { z } from "zod";
import { CALENDAR_KINDS } from "../domain/calendar.ts";
import {
  MAX_DURATION_SECONDS,
  MIN_DURATION_SECONDS,
  type Period,
  parsePeriodShorthand,
} from "../domain/period.ts";
import { moment, notYet, oneOf, requiredOr } from "./fields.ts";

/** A period still to be given its anchor: a duration without one runs from the budget's creation. */
export type PeriodFrom = (createdAt: Date) => Period;

const DETAIL = 'must be a kind ("day" … "total"), "<n>m", "<n>h", "<n>d", "<n>w", or an object with a kind';
/** Calendar months by count come with `every`. */
const CALENDAR_MONTHS = /^[1-9]\d*mo$/;

const durationSeconds = z.int().min(MIN_DURATION_SECONDS).max(MAX_DURATION_SECONDS);

const periodObject = z
  .strictObject({
    kind: oneOf([...CALENDAR_KINDS, "duration", "total"], []),
    seconds: durationSeconds.optional(),
    anchor: moment.optional(),
    every: notYet(1),
    timezone: notYet("UTC"),
  })
  .transform(({ kind, seconds, anchor }, context): PeriodFrom => {
    const refuse = (field: string, input: unknown, message: string): PeriodFrom => {
      context.issues.push({ code: "custom", path: [field], message, input });
      return z.NEVER;
    };
    if (kind === "duration") {
      if (seconds === undefined) return refuse("seconds", seconds, "is required");
      return (createdAt) => ({ kind, seconds, anchor: (anchor ?? createdAt).toISOString() });
    }
    if (seconds !== undefined) return refuse("seconds", seconds, "is for durations only");
    if (anchor === undefined) return () => ({ kind });
    return refuse("anchor", anchor, kind === "total" ? "is not for a total" : "isn't supported yet");
  });

/** A period as text or object. A text that isn't exactly a shorthand is refused, never guessed (R36). */
export const periodInput = z
  .union([z.string(), z.record(z.string(), z.unknown())], {
    error: (issue) => requiredOr(issue.input, DETAIL),
  })
  .transform((value, context): PeriodFrom => {
    if (typeof value === "string") {
      const period = (createdAt: Date) => parsePeriodShorthand(value, createdAt.toISOString());
      if (period(new Date(0))) return (createdAt) => period(createdAt) ?? z.NEVER;
      const message = CALENDAR_MONTHS.test(value) ? `"${value}" isn't supported yet` : DETAIL;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    }
    const parsed = periodObject.safeParse(value);
    if (parsed.success) return parsed.data;
    // An issue that was already worded is as raw an issue as any; zod prefixes its path.
    context.issues.push(...(parsed.error.issues as z.core.$ZodRawIssue[]));
    return z.NEVER;
  });
