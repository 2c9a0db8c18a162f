import { describe, expect, test } from "vitest";
import { effectiveLimit } from "../../src/domain/charged-budgets.ts";
import { MAX_NANO_USD } from "../../src/domain/money.ts";
import { MAX_LABEL_BYTES, isLabel } from "../../src/domain/scope.ts";

describe("the limit with its adjustments", () => {
  const at = (amount: number, untilMs: number | null) => ({ amount, untilMs });

  test("has each until its end, and not at it", () => {
    const budget = { limit: 100, adjustments: [at(5, 10), at(-20, 11), at(1, null)] };
    expect([9, 10, 11].map((nowMs) => effectiveLimit(budget, nowMs))).toEqual([86, 81, 101]);
  });

  test("is never below 0, nor above what a counter may take (law 13)", () => {
    expect(effectiveLimit({ limit: 1, adjustments: [at(-2, null)] }, 0)).toBe(0);
    expect(effectiveLimit({ limit: MAX_NANO_USD, adjustments: [at(MAX_NANO_USD, null)] }, 0)).toBe(
      MAX_NANO_USD,
    );
  });

  test("is exact where adjustments go far beyond it and back", () => {
    const adjustments = [MAX_NANO_USD, MAX_NANO_USD, -MAX_NANO_USD, -MAX_NANO_USD].map((each) =>
      at(each, null),
    );
    expect(effectiveLimit({ limit: 3, adjustments }, 0)).toBe(3);
  });
});

describe("a customer or a tag", () => {
  test.each(["a", " ", "é".repeat(MAX_LABEL_BYTES / 2), "x".repeat(MAX_LABEL_BYTES), "**", "\u200b"])(
    "may be %j",
    (text) => expect(isLabel(text)).toBe(true),
  );

  test.each([
    "",
    "*",
    "x".repeat(MAX_LABEL_BYTES + 1),
    `${"é".repeat(MAX_LABEL_BYTES / 2)}x`,
    "a\nb",
    "\0",
    "\u007f",
    "\u0085",
    "\ud800",
  ])("is never %j", (text) => expect(isLabel(text)).toBe(false));
});
