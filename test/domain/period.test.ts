import { assert, constantFrom, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePeriodShorthand, periodAt, type Period } from "../../src/domain/period.ts";

const at = (text: string) => Date.parse(text);
const window = (period: Period, now: string) => {
  const { startMs, endMs } = periodAt(period, at(now));
  return [new Date(startMs).toISOString(), endMs === null ? null : new Date(endMs).toISOString()];
};

describe("calendar periods start and end in UTC", () => {
  test.each<[(Period["kind"] & "day") | "week" | "month" | "quarter" | "year", string, string, string]>([
    ["day", "2026-03-29T23:59:59.999Z", "2026-03-29", "2026-03-30"],
    ["day", "2026-03-30T00:00:00.000Z", "2026-03-30", "2026-03-31"],
    ["week", "2026-11-22T12:00:00Z", "2026-11-16", "2026-11-23"],
    ["week", "2026-11-23T00:00:00Z", "2026-11-23", "2026-11-30"],
    ["month", "2028-02-29T23:59:59.999Z", "2028-02-01", "2028-03-01"],
    ["month", "2026-12-31T23:59:59.999Z", "2026-12-01", "2027-01-01"],
    ["quarter", "2026-11-22T00:00:00Z", "2026-10-01", "2027-01-01"],
    ["year", "2026-01-01T00:00:00Z", "2026-01-01", "2027-01-01"],
  ])("%s at %s: from %s to %s", (kind, now, start, end) => {
    expect(window({ kind }, now)).toEqual([`${start}T00:00:00.000Z`, `${end}T00:00:00.000Z`]);
  });
});

describe("durations", () => {
  const period: Period = { kind: "duration", seconds: 36 * 3_600, anchor: "2026-11-20T06:30:00Z" };

  test("follow each other from the anchor, so 36 h isn't a day (R36)", () => {
    expect(window(period, "2026-11-20T06:30:00Z")).toEqual([
      "2026-11-20T06:30:00.000Z",
      "2026-11-21T18:30:00.000Z",
    ]);
    expect(window(period, "2026-11-21T18:29:59.999Z")[0]).toBe("2026-11-20T06:30:00.000Z");
    expect(window(period, "2026-11-21T18:30:00.000Z")[0]).toBe("2026-11-21T18:30:00.000Z");
  });

  test("also lie before it", () => {
    expect(window(period, "2026-11-20T06:29:59.999Z")[1]).toBe("2026-11-20T06:30:00.000Z");
  });
});

test("total has one period, without an end", () => {
  expect(window({ kind: "total" }, "2026-11-22T00:00:00Z")).toEqual(["1970-01-01T00:00:00.000Z", null]);
});

test("every moment is in its period, and the period's end is the next one's start (law 7)", () => {
  const kinds = constantFrom<Period>(
    { kind: "day" },
    { kind: "week" },
    { kind: "month" },
    { kind: "quarter" },
    { kind: "year" },
    { kind: "day", every: 3_660, timezone: "Europe/Berlin" },
    { kind: "week", every: 522, anchor: "9999-12-31T23:59:59.999Z" },
    { kind: "month", every: 120, timezone: "Pacific/Apia", anchor: "1970-01-31T12:00:00Z" },
    { kind: "quarter", every: 40, timezone: "Asia/Kathmandu" },
    { kind: "year", every: 10, timezone: "America/St_Johns", anchor: "9999-12-31T23:59:59.999Z" },
    { kind: "duration", seconds: 7, anchor: "2026-11-20T06:30:00Z" },
    { kind: "duration", seconds: 2_592_000, anchor: "2026-11-20T06:30:00Z" },
  );
  assert(
    property(kinds, integer({ min: 0, max: at("2100-01-01T00:00:00Z") }), (period, nowMs) => {
      const { startMs, endMs } = periodAt(period, nowMs);
      if (endMs === null) throw new Error("these periods end");
      expect(startMs <= nowMs && nowMs < endMs).toBe(true);
      expect(periodAt(period, endMs).startMs).toBe(endMs);
      expect(periodAt(period, endMs - 1).startMs).toBe(startMs);
    }),
  );
});

describe("shorthands", () => {
  const anchor = "2026-11-22T00:00:00Z";

  test("are the kinds' names and counted durations", () => {
    expect(parsePeriodShorthand("month", anchor)).toEqual({ kind: "month" });
    expect(parsePeriodShorthand("total", anchor)).toEqual({ kind: "total" });
    expect(parsePeriodShorthand("30d", anchor)).toEqual({ kind: "duration", seconds: 2_592_000, anchor });
    expect(parsePeriodShorthand("90m", anchor)).toEqual({ kind: "duration", seconds: 5_400, anchor });
    expect(parsePeriodShorthand("3mo", anchor)).toEqual({ kind: "month", every: 3, anchor });
    expect(parsePeriodShorthand("120mo", anchor)).toEqual({ kind: "month", every: 120, anchor });
    expect(parsePeriodShorthand("2w", anchor)).toEqual({ kind: "duration", seconds: 1_209_600, anchor });
  });

  test.each([
    "",
    "1hr",
    "month1",
    "0d",
    "-1d",
    "1.5h",
    "d",
    "1 d",
    "01d",
    "1D",
    "9999999999d",
    "0mo",
    "01mo",
    "121mo",
    "999999999mo",
    "1mon",
    "mo",
    "1MO",
    "Day",
    "daily",
  ])("never guess what %j means (R36)", (text) => {
    expect(parsePeriodShorthand(text, anchor)).toBeNull();
  });

  test("count months from their anchor, to the last day of a short one (R36)", () => {
    const period = parsePeriodShorthand("1mo", "2026-01-31T09:00:00.000Z");
    if (!period) throw new Error("this is a period");
    expect(window(period, "2026-02-28T08:59:59.999Z")).toEqual([
      "2026-01-31T09:00:00.000Z",
      "2026-02-28T09:00:00.000Z",
    ]);
    expect(window(period, "2026-02-28T09:00:00.000Z")[1]).toBe("2026-03-31T09:00:00.000Z");
  });
});
