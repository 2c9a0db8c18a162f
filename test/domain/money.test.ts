import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatUsd, isAmount, MAX_LIMIT_USD, MAX_NANO_USD, parseUsd } from "../../src/domain/money.ts";

test.each([
  ["0", 0],
  ["12.50", 12_500_000_000],
  ["0.000000001", 1],
  ["-0.5", -500_000_000],
  ["007", 7_000_000_000],
  ["9007199", MAX_NANO_USD],
])("reads %s", (text, nano) => {
  expect(parseUsd(text)).toBe(nano);
});

test.each([
  "",
  " 1",
  "1 ",
  "1.",
  ".5",
  "+1",
  "1e3",
  "1E-9",
  "0x10",
  "1,5",
  "1_000",
  "NaN",
  "Infinity",
  "--1",
  "١",
])("R55: refuses %j, which is no plain decimal", (text) => {
  expect(parseUsd(text)).toBeNull();
});

test("law 13: a tenth place is refused, not rounded", () => {
  expect(parseUsd("0.1234567891")).toBeNull();
  expect(parseUsd("0.1000000000")).toBeNull();
});

test("law 13: one nano-dollar above the largest limit is refused", () => {
  expect(parseUsd(`${MAX_LIMIT_USD}.000000000`)).toBe(MAX_NANO_USD);
  expect(parseUsd(`${MAX_LIMIT_USD}.000000001`)).toBeNull();
  expect(parseUsd("9999999999999999")).toBeNull();
  expect(parseUsd("99999999999999999999")).toBeNull();
});

test("minus zero is zero", () => {
  expect(Object.is(parseUsd("-0.00"), 0)).toBe(true);
});

test.each([
  [0, "0.00"],
  [1, "0.000000001"],
  [150_000, "0.00015"],
  [12_500_000_000, "12.50"],
  [-1, "-0.000000001"],
  [MAX_NANO_USD, "9007199.00"],
])("writes %d nano-USD as %s", (nano, text) => {
  expect(formatUsd(nano)).toBe(text);
});

test("law 13: every amount is read as it was written", () => {
  fc.assert(
    fc.property(fc.integer({ min: -MAX_NANO_USD, max: MAX_NANO_USD }), (nano) => {
      expect(parseUsd(formatUsd(nano))).toBe(nano);
    }),
  );
});

test("law 13: only integers within the limits are amounts", () => {
  expect([0, 1, MAX_NANO_USD].map(isAmount)).toEqual([true, true, true]);
  expect([-1, 0.5, Number.NaN, Infinity, MAX_NANO_USD + 1].some(isAmount)).toBe(false);
});
