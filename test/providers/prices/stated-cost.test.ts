import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_NANO_USD } from "../../../src/domain/money.ts";
import { statedCostNano } from "../../../src/providers/prices/stated-cost.ts";

test.each([
  [0.00014, 140_000],
  [0.1 + 0.2, 300_000_000],
  ["0.0157", 15_700_000],
  [1e-9, 1],
  [4.9e-10, 0],
  [5e-10, 1],
  [1.5e-7, 150],
  [0, 0],
  [12, 12_000_000_000],
  [9_007_199, MAX_NANO_USD],
])("%d USD are %d nano-USD", (stated, nano) => {
  expect(statedCostNano(stated, "usd")).toBe(nano);
});

test.each([
  [37_756_000, 3_775_600],
  [4, 0],
  [5, 1],
  [14, 1],
  ["158500", 15_850],
])("%d ticks of 1e-10 USD are %d nano-USD", (stated, nano) => {
  expect(statedCostNano(stated, "ticks")).toBe(nano);
});

test.each([
  [-0.01],
  ["-1"],
  [Number.NaN],
  [Infinity],
  [1e300],
  ["1e999"],
  [9_007_200],
  [""],
  ["1,5"],
  ["0x10"],
  [" 1"],
  [null],
  [undefined],
  [true],
  [{}],
])("law 13, R32: %s is no cost", (stated) => {
  expect(statedCostNano(stated, "usd")).toBeUndefined();
});

test("any amount of nano-USD is read as itself, as a decimal and as a number", () => {
  fc.assert(
    fc.property(fc.nat(2_000_000_000), (nano) => {
      expect(statedCostNano(nano / 1e9, "usd")).toBe(nano);
      expect(statedCostNano(`0.${String(nano).padStart(10, "0")}`, "usd")).toBe(Math.round(nano / 10));
      expect(statedCostNano(nano * 10, "ticks")).toBe(nano);
    }),
  );
});
