import { expect, test } from "vitest";
import { instanceLife } from "../../src/domain/instance-life.ts";
import { periodAt, type Period } from "../../src/domain/period.ts";

const EACH = { scope: { kind: "customer", id: "*" } } as const;
const DAY_MS = 86_400_000;

test("a budget's one counter is kept for good, that of an instance without end while it is used", () => {
  const window = { startMs: 0, endMs: 1_000 };
  expect(instanceLife({ scope: { kind: "customer", id: "ada" } }, window)).toBeUndefined();
  expect(instanceLife(EACH, { startMs: 0, endMs: null })).toBe("idle");
  expect(instanceLife(EACH, window)).toBe(1_000 + 4 * DAY_MS);
});

test("the life of one period, counted from a later one, ends after that too, by a day at least", () => {
  const periods: Period[] = [
    { kind: "day", timezone: "Europe/Berlin" },
    { kind: "month", anchor: "2026-01-31T00:00:00Z" },
    { kind: "quarter", timezone: "America/New_York" },
    { kind: "year" },
    { kind: "duration", seconds: 60, anchor: "2026-01-01T00:00:00Z" },
  ];
  for (const period of periods) {
    const windows = Array.from({ length: 1_500 }, (_, day) =>
      periodAt(period, Date.UTC(2026, 0, 1) + day * DAY_MS),
    );
    const lives = windows.map((window) => Number(instanceLife(EACH, window)));
    const longest = Math.max(...windows.map(({ startMs, endMs }) => Number(endMs) - startMs));
    expect(Math.min(...lives) - longest).toBeGreaterThanOrEqual(DAY_MS);
  }
});
