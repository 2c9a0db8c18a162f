import { expect, test } from "vitest";
import type { Price } from "../../src/domain/pricing.ts";
import { costOfReading } from "../../src/gate/cost.ts";
import type { Reading } from "../../src/providers/wire.ts";

const PRICE: Price = {
  version: "test",
  rates: { input: 3_000_000_000, output: 15_000_000_000 },
  tiers: [],
  per_request: 0,
  tool_calls: {},
};
const CALL = {
  likelyInput: () => 50,
  hiddenTokens: 0,
  mostOutputTokens: 1_000,
  model: "m",
  price: PRICE,
  holdNanoUsd: 7_000_000,
  priceOf: () => null,
};
const READ: Reading = {
  usage: { input_total: 10, output_total: 2 },
  complete: true,
  failed: false,
  generatedBytes: 8,
};

test("a cost that the provider states is what the call cost, whatever we would have computed", () => {
  expect(costOfReading({ ...READ, costNanoUsd: 1_234 }, CALL)).toEqual({
    costNanoUsd: 1_234,
    usage: READ.usage,
    estimated: false,
    providerCostNanoUsd: 1_234,
  });
});

test("R47: a stated cost of zero is zero", () => {
  expect(costOfReading({ ...READ, costNanoUsd: 0 }, CALL).costNanoUsd).toBe(0);
});

test("a stated cost needs no price and no usage", () => {
  const cost = costOfReading({ ...READ, usage: null, costNanoUsd: 55 }, { ...CALL, price: null });
  expect(cost).toMatchObject({ costNanoUsd: 55, estimated: false });
});

test("R26: of an answer that broke off, the stated cost is the least", () => {
  const broken = { ...READ, complete: false };
  const computed = 10 * 3_000 + 3 * 15_000; // Eight bytes are three tokens at most.
  expect(costOfReading({ ...broken, costNanoUsd: 1 }, CALL)).toMatchObject({
    costNanoUsd: computed,
    estimated: true,
    providerCostNanoUsd: 1,
  });
  expect(costOfReading({ ...broken, costNanoUsd: 999_999 }, CALL).costNanoUsd).toBe(999_999);
});

test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53])(
  "law 13, R32: %d nano-USD is no stated cost",
  (stated) => {
    const cost = costOfReading({ ...READ, costNanoUsd: stated }, CALL);
    expect(cost).toEqual({ costNanoUsd: 60_000, usage: READ.usage, estimated: false });
  },
);

test("R22: a usage that the price doesn't cover is settled at the hold, not at zero", () => {
  expect(costOfReading({ ...READ, usage: { images: 1 } }, CALL)).toEqual({
    costNanoUsd: 7_000_000,
    usage: { images: 1 },
    estimated: true,
  });
});
