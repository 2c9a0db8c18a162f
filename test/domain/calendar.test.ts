import { assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { calendarWindow, type CalendarPeriod } from "../../src/domain/calendar.ts";
import { isTimeZone } from "../../src/domain/local-time.ts";

const window = (period: CalendarPeriod, now: string) => {
  const { startMs, endMs } = calendarWindow(period, Date.parse(now));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe("days start at local midnight, not at UTC's (R35)", () => {
  test.each([
    // Clocks go forward in Berlin on 2026-03-29: a day of 23 hours.
    ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    // And back on 2026-10-25: a day of 25 hours.
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
    // Midnight itself is skipped: Beirut jumps from 0:00 to 1:00, so its day starts at 1:00.
    ["Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00.000Z", "2026-03-29T21:00:00.000Z"],
    // Midnight comes twice: Havana goes back from 1:00 to 0:00, and its day starts at the first.
    ["America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00.000Z", "2026-11-02T05:00:00.000Z"],
    // Apia skipped 2011-12-30 whole.
    ["Pacific/Apia", "2011-12-30T09:59:59.999Z", "2011-12-29T10:00:00.000Z", "2011-12-30T10:00:00.000Z"],
    ["Pacific/Apia", "2011-12-30T10:00:00.000Z", "2011-12-30T10:00:00.000Z", "2011-12-31T10:00:00.000Z"],
    ["Asia/Kathmandu", "2026-11-22T18:15:00Z", "2026-11-22T18:15:00.000Z", "2026-11-23T18:15:00.000Z"],
    [
      "America/Los_Angeles",
      "2026-11-22T07:59:59.999Z",
      "2026-11-21T08:00:00.000Z",
      "2026-11-22T08:00:00.000Z",
    ],
  ])("in %s at %s", (timezone, now, start, end) => {
    expect(window({ kind: "day", timezone }, now)).toEqual([start, end]);
  });
});

describe("anchors", () => {
  test("a billing day 31 falls on the last day of a short month, and comes back", () => {
    const period = { kind: "month", anchor: "2026-01-31T00:00:00Z" } as const;
    expect(window(period, "2026-02-15T00:00:00Z")).toEqual([
      "2026-01-31T00:00:00.000Z",
      "2026-02-28T00:00:00.000Z",
    ]);
    expect(window(period, "2028-02-29T00:00:00Z")).toEqual([
      "2028-02-29T00:00:00.000Z",
      "2028-03-31T00:00:00.000Z",
    ]);
    expect(window(period, "2025-06-30T23:00:00Z")).toEqual([
      "2025-06-30T00:00:00.000Z",
      "2025-07-31T00:00:00.000Z",
    ]);
  });

  test("a leap day's year starts on 28 February in other years", () => {
    const period = { kind: "year", anchor: "2028-02-29T06:00:00Z" } as const;
    expect(window(period, "2029-03-01T00:00:00Z")[0]).toBe("2029-02-28T06:00:00.000Z");
    expect(window(period, "2032-03-01T00:00:00Z")[0]).toBe("2032-02-29T06:00:00.000Z");
  });

  test("move the week's day and hour, in local time across a change of the clocks", () => {
    const period = { kind: "week", timezone: "Europe/Berlin", anchor: "2026-03-18T08:00:00+01:00" } as const;
    expect(window(period, "2026-03-26T12:00:00Z")).toEqual([
      "2026-03-25T07:00:00.000Z",
      "2026-04-01T06:00:00.000Z",
    ]);
  });

  test("lie anywhere: periods before them too", () => {
    const period = { kind: "day", every: 3, anchor: "2026-11-22T00:00:00Z" } as const;
    expect(window(period, "2026-11-21T00:00:00Z")).toEqual([
      "2026-11-19T00:00:00.000Z",
      "2026-11-22T00:00:00.000Z",
    ]);
  });
});

test("every so many: two months, two weeks, a quarter", () => {
  expect(window({ kind: "month", every: 2 }, "2026-12-15T00:00:00Z")).toEqual([
    "2026-11-01T00:00:00.000Z",
    "2027-01-01T00:00:00.000Z",
  ]);
  expect(window({ kind: "quarter" }, "2026-12-15T00:00:00Z")[0]).toBe("2026-10-01T00:00:00.000Z");
  const [start, end] = window({ kind: "week", every: 2 }, "2026-11-22T00:00:00Z");
  expect(Date.parse(end ?? "") - Date.parse(start ?? "")).toBe(14 * 86_400_000);
});

test("every moment is in one period, whose end is the next one's start (law 7)", () => {
  const periods = record({
    kind: constantFrom("day", "week", "month", "quarter", "year"),
    every: integer({ min: 1, max: 5 }),
    timezone: constantFrom(
      "UTC",
      "Europe/Berlin",
      "Asia/Beirut",
      "America/Havana",
      "Pacific/Apia",
      "Australia/Lord_Howe",
    ),
  });
  const moments = integer({ min: Date.UTC(2005, 0), max: Date.UTC(2060, 0) });
  assert(
    property(periods, moments, (period, nowMs) => {
      const { startMs, endMs } = calendarWindow(period, nowMs);
      expect(startMs <= nowMs && nowMs < endMs).toBe(true);
      expect(calendarWindow(period, endMs).startMs).toBe(endMs);
      expect(calendarWindow(period, endMs - 1)).toEqual({ startMs, endMs });
      expect(calendarWindow(period, startMs)).toEqual({ startMs, endMs });
    }),
    { numRuns: 300 },
  );
});

test("a time zone is one that the runtime knows", () => {
  expect(isTimeZone("Europe/Berlin")).toBe(true);
  for (const name of ["", "Europe/Bielefeld", "berlin", "UTC+25"]) expect(isTimeZone(name)).toBe(false);
});
