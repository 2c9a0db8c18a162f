import { instantOf, wallClockAt } from "./local-time.ts";

// Calendar periods in a time zone, from an anchor. Pure.

export const CALENDAR_KINDS = ["day", "week", "month", "quarter", "year"] as const;
export type CalendarKind = (typeof CALENDAR_KINDS)[number];

export interface CalendarPeriod {
  kind: CalendarKind;
  /** Every so many days, weeks …; default 1. */
  every?: number;
  /** IANA name; default UTC. */
  timezone?: string;
  /** RFC 3339: one of the starts. Default: local midnight of a Monday and first of the month, in 1970. */
  anchor?: string;
}

/** Ten years of each: longer than any budget counts, short enough that no sum of dates leaves the safe range. */
export const MAX_EVERY: Record<CalendarKind, number> = {
  day: 3_660,
  week: 522,
  month: 120,
  quarter: 40,
  year: 10,
};

/** Milliseconds of the epoch. */
export interface CalendarWindow {
  startMs: number;
  endMs: number;
}

const DAY_MS = 86_400_000;
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** The period that `nowMs` is in: from the last start at or before it to the next one. */
export function calendarWindow(period: CalendarPeriod, nowMs: number): CalendarWindow {
  const { timezone = "UTC" } = period;
  const start = startsOf(period);
  const nowWall = wallClockAt(timezone, nowMs);
  const startMs = (index: number) => instantOf(timezone, start.at(index));
  // The wall clock says nearly which; a change of the clocks, or a day that doesn't exist, moves it by one or two.
  let index = start.near(nowWall);
  while (startMs(index) > nowMs) index--;
  while (startMs(index + 1) <= nowMs) index++;
  return { startMs: startMs(index), endMs: startMs(index + 1) };
}

/** The starts on the wall clock: the one of an index, and an index near a time. */
function startsOf({ kind, every = 1, timezone = "UTC", anchor }: CalendarPeriod): {
  at(index: number): number;
  near(wallClockMs: number): number;
} {
  const anchored = anchor === undefined ? null : wallClockAt(timezone, Date.parse(anchor));
  if (kind === "day" || kind === "week") {
    const length = DAY_MS * every * (kind === "week" ? 7 : 1);
    const first = anchored ?? (kind === "week" ? FIRST_MONDAY_MS : 0);
    return {
      at: (index) => first + index * length,
      near: (wallClockMs) => Math.floor((wallClockMs - first) / length),
    };
  }
  const months = MONTHS[kind] * every;
  const first = anchored ?? 0;
  return {
    at: (index) => addMonths(first, index * months),
    near: (wallClockMs) => Math.floor((monthOf(wallClockMs) - monthOf(first)) / months),
  };
}

/** The same day and time so many months later; in a shorter month its last day (a billing day 31 in February). */
function addMonths(wallClockMs: number, count: number): number {
  const date = new Date(wallClockMs);
  const month = monthOf(wallClockMs) + count;
  const year = 1970 + Math.floor(month / 12);
  const monthOfYear = month - Math.floor(month / 12) * 12;
  const lastDay = new Date(Date.UTC(year, monthOfYear + 1, 0)).getUTCDate();
  const timeOfDay = wallClockMs - Math.floor(wallClockMs / DAY_MS) * DAY_MS;
  return Date.UTC(year, monthOfYear, Math.min(date.getUTCDate(), lastDay)) + timeOfDay;
}

/** Months since January 1970. */
function monthOf(wallClockMs: number): number {
  const date = new Date(wallClockMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}
