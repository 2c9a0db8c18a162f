import { CALENDAR_KINDS, MAX_EVERY, calendarWindow, type CalendarPeriod } from "./calendar.ts";

// When a budget's period starts and ends. Pure: the clock is an argument.

export type Period =
  | CalendarPeriod
  /** A fixed length; periods follow each other from the anchor (RFC 3339), before it as well as after. */
  | { kind: "duration"; seconds: number; anchor: string }
  | { kind: "total" };

/** Milliseconds of the epoch; `endMs` is the next period's start, null where there is none. */
export interface PeriodWindow {
  startMs: number;
  endMs: number | null;
}

export const MIN_DURATION_SECONDS = 1;
/** Ten years: longer than any budget, short enough that no sum of dates leaves the safe range. */
export const MAX_DURATION_SECONDS = 10 * 366 * 86_400;

const SHORTHAND = /^([1-9]\d{0,8})(m|h|d|w|mo)$/;
const UNIT_SECONDS: Record<string, number> = { m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** The period that `nowMs` is in. */
export function periodAt(period: Period, nowMs: number): PeriodWindow {
  if (period.kind === "total") return { startMs: 0, endMs: null };
  if (period.kind !== "duration") return calendarPeriodAt(period, nowMs);
  const lengthMs = period.seconds * 1_000;
  const anchorMs = Date.parse(period.anchor);
  const startMs = anchorMs + Math.floor((nowMs - anchorMs) / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

/** The last window found of each period: a call asks for it several times, and so do the calls after it. */
const lastWindows = new WeakMap<CalendarPeriod, PeriodWindow & { endMs: number }>();

function calendarPeriodAt(period: CalendarPeriod, nowMs: number): PeriodWindow {
  const last = lastWindows.get(period);
  if (last && last.startMs <= nowMs && nowMs < last.endMs) return last;
  const window = calendarWindow(period, nowMs);
  lastWindows.set(period, window);
  return window;
}

/**
 * Reads a shorthand: the kinds' names ("day" … "total"), or "<n>m", "<n>h", "<n>d", "<n>w" for a duration
 * from `anchor` on, or "<n>mo" for as many calendar months from it on (in UTC). Null for anything else: a period is never guessed (R36).
 */
export function parsePeriodShorthand(text: string, anchor: string): Period | null {
  if (text === "total") return { kind: "total" };
  const kind = CALENDAR_KINDS.find((name) => name === text);
  if (kind) return { kind };
  const match = SHORTHAND.exec(text);
  if (!match) return null;
  const [, count = "", unit = ""] = match;
  if (unit === "mo") {
    const every = Number(count);
    return every <= MAX_EVERY.month ? { kind: "month", every, anchor } : null;
  }
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
  return seconds <= MAX_DURATION_SECONDS ? { kind: "duration", seconds, anchor } : null;
}
