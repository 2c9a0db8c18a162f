import { tzOffset } from "@date-fns/tz";

// Wall-clock time in a time zone and the instants it stands for. Pure, but for the runtime's own time zone data.
// A wall clock is told as the milliseconds that it would be in UTC, so that days and months can be counted on it.

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** True for an IANA name that the runtime knows. An offset ("+01:00") is no time zone: it has no clocks that change. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false; // A RangeError: unknown.
  }
}

/** What the wall clock shows at an instant. */
export function wallClockAt(timezone: string, instantMs: number): number {
  return instantMs + offsetMs(timezone, instantMs);
}

/**
 * The instant at which the wall clock shows this. Where it shows it twice (clocks go back), the first; where never
 * (clocks go forward, or a day is skipped), the instant at which it jumps over it.
 */
export function instantOf(timezone: string, wallClockMs: number): number {
  // A day before and after, so that a change of the clocks on this day lies between the two.
  const before = offsetMs(timezone, wallClockMs - DAY_MS);
  const after = offsetMs(timezone, wallClockMs + DAY_MS);
  const candidates = [wallClockMs - before, wallClockMs - after].sort((a, b) => a - b);
  const shown = candidates.find((instantMs) => wallClockAt(timezone, instantMs) === wallClockMs);
  return shown ?? firstAtOrAfter(timezone, wallClockMs);
}

/** The first instant at which the wall clock shows this or more, where it jumps over it. */
function firstAtOrAfter(timezone: string, wallClockMs: number): number {
  // Offsets are less than a day and clocks change on whole minutes, so this closes in within 13 steps.
  let low = Math.floor((wallClockMs - 2 * DAY_MS) / MINUTE_MS);
  let high = Math.ceil((wallClockMs + 2 * DAY_MS) / MINUTE_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallClockAt(timezone, middle * MINUTE_MS) >= wallClockMs) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}

function offsetMs(timezone: string, instantMs: number): number {
  return timezone === "UTC" ? 0 : Math.round(tzOffset(timezone, new Date(instantMs)) * MINUTE_MS);
}
