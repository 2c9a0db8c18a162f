// When a budget's period starts and ends. Pure: the clock is an argument. Calendar periods are in UTC.

export const CALENDAR_KINDS = ["day", "week", "month", "quarter", "year"] as const;
export type CalendarKind = (typeof CALENDAR_KINDS)[number];

export type Period =
  | { kind: CalendarKind }
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

const DAY_MS = 86_400_000;
const SHORTHAND = /^([1-9]\d{0,8})(m|h|d|w)$/;
const UNIT_SECONDS: Record<string, number> = { m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** The period that `nowMs` is in. */
export function periodAt(period: Period, nowMs: number): PeriodWindow {
  switch (period.kind) {
    case "total":
      return { startMs: 0, endMs: null };
    case "duration": {
      const lengthMs = period.seconds * 1_000;
      const anchorMs = Date.parse(period.anchor);
      const startMs = anchorMs + Math.floor((nowMs - anchorMs) / lengthMs) * lengthMs;
      return { startMs, endMs: startMs + lengthMs };
    }
    default:
      return calendarPeriod(period.kind, new Date(nowMs));
  }
}

/**
 * Reads a shorthand: the kinds' names ("day" … "total"), or "<n>m", "<n>h", "<n>d", "<n>w" for a duration
 * from `anchor` on. Null for anything else: a period is never guessed (R36).
 */
export function parsePeriodShorthand(text: string, anchor: string): Period | null {
  if (text === "total") return { kind: "total" };
  const kind = CALENDAR_KINDS.find((name) => name === text);
  if (kind) return { kind };
  const match = SHORTHAND.exec(text);
  if (!match) return null;
  const [, count = "", unit = ""] = match;
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
  return seconds <= MAX_DURATION_SECONDS ? { kind: "duration", seconds, anchor } : null;
}

function calendarPeriod(kind: CalendarKind, now: Date): PeriodWindow {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  switch (kind) {
    case "day": {
      const startMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
      return { startMs, endMs: startMs + DAY_MS };
    }
    case "week": {
      const today = Math.floor(now.getTime() / DAY_MS);
      const sinceMonday = (now.getUTCDay() + 6) % 7;
      const startMs = (today - sinceMonday) * DAY_MS;
      return { startMs, endMs: startMs + 7 * DAY_MS };
    }
    case "month":
      return { startMs: Date.UTC(year, month), endMs: Date.UTC(year, month + 1) };
    case "quarter": {
      const first = month - (month % 3);
      return { startMs: Date.UTC(year, first), endMs: Date.UTC(year, first + 3) };
    }
    case "year":
      return { startMs: Date.UTC(year, 0), endMs: Date.UTC(year + 1, 0) };
  }
}
