import * as z from "zod";
import { CALENDAR_KINDS, MAX_EVERY } from "../../domain/calendar.ts";
import { isTimeZone } from "../../domain/local-time.ts";
import {
  MAX_DURATION_SECONDS,
  MIN_DURATION_SECONDS,
  type Period,
  parsePeriodShorthand,
} from "../../domain/period.ts";
import { MAX_TEXT_LENGTH, moment, requiredOr } from "../frame/fields.ts";

/** A period still to be given its anchor: a duration without one runs from the budget's creation. */
export type PeriodFrom = (createdAt: Date) => Period;

const DETAIL =
  'must be a kind ("day" … "total"), "<n>m", "<n>h", "<n>d", "<n>w", "<n>mo", or an object with a kind';

const every = z.int().min(1);
const timezone = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .refine(isTimeZone, 'must be a time zone\'s IANA name ("Europe/Berlin")');

const calendarPeriod = (kind: (typeof CALENDAR_KINDS)[number]) =>
  z
    .strictObject({
      kind: z.literal(kind),
      every: every.max(MAX_EVERY[kind]).optional(),
      timezone: timezone.optional(),
      anchor: moment.optional(),
    })
    .transform((given): PeriodFrom => () => ({
      kind,
      // What says the default says nothing: the same period is always stored the same.
      ...(given.every === undefined || given.every === 1 ? {} : { every: given.every }),
      ...(given.timezone === undefined || given.timezone === "UTC" ? {} : { timezone: given.timezone }),
      ...(given.anchor === undefined ? {} : { anchor: given.anchor.toISOString() }),
    }));

const durationPeriod = z
  .strictObject({
    kind: z.literal("duration"),
    seconds: z.int().min(MIN_DURATION_SECONDS).max(MAX_DURATION_SECONDS),
    anchor: moment.optional(),
  })
  .transform(({ kind, seconds, anchor }): PeriodFrom => (createdAt) => ({
    kind,
    seconds,
    anchor: (anchor ?? createdAt).toISOString(),
  }));

const totalPeriod = z.strictObject({ kind: z.literal("total") }).transform(({ kind }): PeriodFrom => () => ({
  kind,
}));

const kinds = [...CALENDAR_KINDS, "duration", "total"] as const;
const periodObject = z.discriminatedUnion(
  "kind",
  [
    calendarPeriod("day"),
    calendarPeriod("week"),
    calendarPeriod("month"),
    calendarPeriod("quarter"),
    calendarPeriod("year"),
    durationPeriod,
    totalPeriod,
  ],
  { error: `must be one of: ${kinds.join(", ")}` },
);

/** What the document says of the objects that are checked above. */
const PERIOD_OBJECT = {
  required: ["kind"],
  properties: {
    kind: { type: "string", enum: kinds },
    every: { type: "integer", minimum: 1, description: "Of a calendar's kind." },
    seconds: { type: "integer", minimum: MIN_DURATION_SECONDS, description: "Of a duration." },
    timezone: { type: "string", description: "IANA name; of a calendar's kind." },
    anchor: { type: "string", format: "date-time" },
  },
  additionalProperties: false,
};

/** A period as text or object. A text that isn't exactly a shorthand is refused, never guessed (R36). */
export const periodInput = z
  .union([z.string(), z.record(z.string(), z.unknown()).meta(PERIOD_OBJECT)], {
    error: (issue) => requiredOr(issue.input, DETAIL),
  })
  .meta({ id: "PeriodInput", description: `\`"month"\`, \`"30d"\`, or an object.` })
  .transform((value, context): PeriodFrom => {
    if (typeof value === "string") {
      const period = (createdAt: Date) => parsePeriodShorthand(value, createdAt.toISOString());
      if (period(new Date(0))) return (createdAt) => period(createdAt) ?? z.NEVER;
      context.issues.push({ code: "custom", message: DETAIL, input: value });
      return z.NEVER;
    }
    const parsed = periodObject.safeParse(value);
    if (parsed.success) return parsed.data;
    // An issue that was already worded is as raw an issue as any; zod prefixes its path.
    context.issues.push(...(parsed.error.issues as z.core.$ZodRawIssue[]));
    return z.NEVER;
  });

/** The period of a `concurrent` budget: a slot is free or it isn't, whatever the time. */
export const slotPeriod = periodInput.transform((from, context): PeriodFrom => {
  if (from(new Date(0)).kind === "total") return from;
  context.issues.push({ code: "custom", message: 'must be "total" for concurrent', input: from });
  return z.NEVER;
});
