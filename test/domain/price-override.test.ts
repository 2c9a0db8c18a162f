import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  MULTIPLIER_SCALE,
  overriddenPrice,
  overrideFor,
  type PriceOverride,
} from "../../src/domain/price-override.ts";
import { costOf, type Price } from "../../src/domain/pricing.ts";
import { scaledPrice } from "../../src/domain/scaled-price.ts";

const updatedAtMs = Date.UTC(2026, 5, 1);
const LIST: Price = {
  version: "list",
  rates: { input: 3_000, output: 15_000, cache_read: 300, audio_input: 9_000 },
  tiers: [{ above_input_tokens: 100, rates: { input: 6_000, output: 22_500, cache_read: 600 } }],
  per_request: 7,
  tool_calls: { web_search: 10_000_000 },
  units: { seconds: 5 },
};
const override = (amounts: Partial<PriceOverride>): PriceOverride => ({
  provider: "openai",
  model: "gpt-4o",
  updatedAtMs,
  ...amounts,
});

test("a model is under the override of its own name, else under the longest glob that matches", () => {
  const overrides = ["*", "gpt-*", "gpt-4o", "gpt-4o-*"].map((model) => override({ model }));
  const of = (model: string, provider = "openai") => overrideFor(overrides, { provider, model })?.model;
  expect(of("gpt-4o")).toBe("gpt-4o");
  expect(of("gpt-4o-mini")).toBe("gpt-4o-*");
  expect(of("gpt-5")).toBe("gpt-*");
  expect(of("o3")).toBe("*");
  expect(of("gpt-4o", "azure")).toBeUndefined();
});

test("a rate for input takes the place of all of the list's input rates, in the long context too", () => {
  const price = overriddenPrice(override({ rates: { input: 1_000 } }), LIST);
  expect(price?.rates).toEqual({ input: 1_000, output: 15_000 });
  expect(price?.tiers).toEqual([{ above_input_tokens: 100, rates: { input: 1_000, output: 22_500 } }]);
  expect(price).toMatchObject({ per_request: 7, tool_calls: LIST.tool_calls, units: { seconds: 5 } });
});

test("any other amount takes its own place alone", () => {
  const price = overriddenPrice(
    override({ rates: { cache_read: 0 }, per_request: 0, units: { images: 9 }, tool_calls: { x: 1 } }),
    LIST,
  );
  expect(price?.rates).toEqual({ ...LIST.rates, cache_read: 0 });
  expect(price).toMatchObject({
    per_request: 0,
    units: { seconds: 5, images: 9 },
    tool_calls: { web_search: 10_000_000, x: 1 },
  });
});

test("a multiplier is for everything that is charged, and has nothing to say of an unknown model", () => {
  const half = override({ multiplierNano: MULTIPLIER_SCALE / 2 });
  expect(overriddenPrice(half, LIST)).toMatchObject({
    rates: { input: 1_500, output: 7_500, cache_read: 150, audio_input: 4_500 },
    per_request: 4, // 3.5, half up.
    tool_calls: { web_search: 5_000_000 },
    units: { seconds: 3 },
  });
  expect(overriddenPrice(half, null)).toBeNull();
});

test("an unknown model has the override's price alone", () => {
  const price = overriddenPrice(override({ rates: { input: 1_000_000 } }), null);
  expect(price && costOf({ input_total: 5, output_total: 0 }, price)).toEqual({ costNanoUsd: 5 });
  expect(price && costOf({ input_total: 5, output_total: 1 }, price)).toMatchObject({ refused: "unpriced" });
});

test("the entry's price version names the override and its time", () => {
  expect(overriddenPrice(override({ rates: { input: 1 } }), LIST)?.version).toBe(
    "override openai/gpt-4o 2026-06-01T00:00:00.000Z",
  );
});

test("law 13, R32: an override that makes a price absurd makes none", () => {
  expect(overriddenPrice(override({ rates: { input: -1 } }), LIST)).toBeNull();
  expect(overriddenPrice(override({ multiplierNano: 1e15 }), { ...LIST, per_request: 1e15 })).toBeNull();
});

test("a factor is exact but for one rounding of each rate", () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000_000),
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 99 }),
      (rate, up, down) => {
        const price = { ...LIST, rates: { input: rate } };
        const scaled = scaledPrice(price, [up, down], { version: "x" }).rates.input ?? -1;
        expect(Math.abs(scaled * down - rate * up) * 2).toBeLessThanOrEqual(down);
      },
    ),
  );
});
