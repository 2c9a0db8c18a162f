import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_UNIT_RATE_NANO_USD, type UnitCounts, type UnitRates } from "../../src/domain/billed-units.ts";
import { boundOf, outputTokensFor, unpricedPart } from "../../src/domain/bounds.ts";
import { settledUsage } from "../../src/domain/estimate.ts";
import { costOf, isFree, priceFault, type Price } from "../../src/domain/pricing.ts";
import type { Usage } from "../../src/domain/usage.ts";

function priceOf(units: UnitRates, changes: Partial<Price> = {}): Price {
  return { version: "test", rates: {}, tiers: [], per_request: 0, tool_calls: {}, units, ...changes };
}

const TOKENS = { rates: { input: 3_000_000_000, output: 15_000_000_000 } };

// Whisper: 0.006 USD a minute is 100,000 nano-USD a second.
const WHISPER = priceOf({ seconds: 100_000_000_000 });
// DALL-E 3: 0.04 USD a picture.
const PICTURE = priceOf({ images: 40_000_000_000_000 });
// tts-1: 15 USD a million letters.
const SPEECH = priceOf({ characters: 15_000_000_000 });

test("R51: pictures, seconds, letters and searches cost their rate, with no tokens stated", () => {
  expect(costOf({ images: 3 }, PICTURE)).toEqual({ costNanoUsd: 120_000_000 });
  expect(costOf({ seconds: 60 }, WHISPER)).toEqual({ costNanoUsd: 6_000_000 });
  expect(costOf({ characters: 12 }, SPEECH)).toEqual({ costNanoUsd: 180_000 });
  expect(costOf({ search_units: 2 }, priceOf({ search_units: 2_000_000_000_000 }))).toEqual({
    costNanoUsd: 4_000_000,
  });
});

test("a part of a second is exact to the thousandth", () => {
  expect(costOf({ seconds: 1.001 }, WHISPER)).toEqual({ costNanoUsd: 100_100 });
  expect(costOf({ seconds: 8.47 }, WHISPER)).toEqual({ costNanoUsd: 847_000 });
  // 4.35 x 1,000 is 4,350 in decimals, and a hair less in binary.
  expect(costOf({ seconds: 4.35 }, priceOf({ seconds: 1_000_000 }))).toEqual({ costNanoUsd: 4 });
  expect(boundOf({ inputTokens: 0, outputTokens: 0, choices: 1, units: { seconds: 1.001 } }, WHISPER)).toBe(
    100_100,
  );
});

test("the one rounding is at the end: nearest for a cost, up for a bound", () => {
  const price = priceOf({ characters: 400_000 }, { rates: { input: 100_000 } });
  expect(costOf({ characters: 1, input_total: 0 }, price)).toEqual({ costNanoUsd: 0 });
  expect(costOf({ characters: 1, input_total: 1 }, price)).toEqual({ costNanoUsd: 1 });
  expect(
    boundOf(
      { inputTokens: 1, outputTokens: 0, choices: 1, cacheWrites: "none", units: { characters: 1 } },
      price,
    ),
  ).toBe(1);
});

test("units come on top of tokens where both are priced", () => {
  const price = priceOf({ images: 1_000_000 }, TOKENS);
  expect(costOf({ input_total: 10, output_total: 1, images: 2 }, price)).toEqual({
    costNanoUsd: 10 * 3_000 + 15_000 + 2,
  });
});

test("R22: a unit that no price covers is unpriced, never free", () => {
  expect(costOf({ images: 1 }, priceOf({}, TOKENS))).toEqual({ refused: "unpriced", field: "images" });
  expect(costOf({ seconds: 0.001 }, PICTURE)).toEqual({ refused: "unpriced", field: "seconds" });
  expect(costOf({ images: 0 }, priceOf({}, TOKENS))).toEqual({ costNanoUsd: 0 });
});

test("R22, R51: whisper given tokens isn't free, nor is a picture's price for a text", () => {
  expect(costOf({ input_total: 5, output_total: 7 }, WHISPER)).toEqual({
    refused: "unpriced",
    field: "tokens",
  });
  expect(costOf({ input_total: 5, output_total: 7, seconds: 0 }, WHISPER)).toEqual({
    refused: "unpriced",
    field: "tokens",
  });
});

test("a picture charged by its tokens is covered by them, and a search's tokens by the search", () => {
  expect(costOf({ input_total: 1, output_total: 1, images: 1 }, priceOf({}, TOKENS))).toEqual({
    costNanoUsd: 18_000,
  });
  expect(costOf({ input_total: 999, output_total: 0, images: 1 }, PICTURE)).toEqual({
    costNanoUsd: 40_000_000,
  });
});

test("R22: output of a model that has none to sell is unpriced", () => {
  const embedding = priceOf({}, { rates: { input: 20_000_000 } });
  expect(costOf({ input_total: 1_000, output_total: 0 }, embedding)).toEqual({ costNanoUsd: 20_000 });
  expect(costOf({ input_total: 1_000, output_total: 1 }, embedding)).toEqual({
    refused: "unpriced",
    field: "output",
  });
  expect(unpricedPart({ inputTokens: 5, outputTokens: 0, choices: 1 }, embedding)).toBeNull();
  expect(unpricedPart({ inputTokens: 5, outputTokens: 1, choices: 1 }, embedding)).toBe("output");
  expect(boundOf({ inputTokens: 5, outputTokens: 1, choices: 1 }, embedding)).toBeNull();
});

test("R22: a billed tool without a price has no bound, and one that isn't used needs none", () => {
  const price = priceOf({}, { ...TOKENS, tool_calls: { web_search: 10_000_000 } });
  const call = { inputTokens: 1, outputTokens: 0, choices: 1, cacheWrites: "none" } as const;
  expect(boundOf({ ...call, toolCalls: { web_search: 2, maps: 0 } }, price)).toBe(20_003_000);
  expect(boundOf({ ...call, toolCalls: { maps: 1 } }, price)).toBeNull();
  expect(unpricedPart({ ...call, toolCalls: { maps: 1 } }, price)).toBe("maps");
});

test("a price of nothing but the call covers all that the call does", () => {
  const flat = priceOf({}, { per_request: 50_000_000 });
  expect(costOf({ input_total: 1_000, output_total: 1_000 }, flat)).toEqual({ costNanoUsd: 50_000_000 });
  expect(boundOf({ inputTokens: 1_000, outputTokens: 1_000, choices: 2 }, flat)).toBe(50_000_000);
});

test("what a provider bills counts in place of what it reads", () => {
  const price = priceOf({}, TOKENS);
  const usage = { input_total: 500, billed_input: 10, output_total: 80, billed_output: 20 };
  expect(costOf(usage, price)).toEqual({ costNanoUsd: 10 * 3_000 + 20 * 15_000 });
  expect(costOf({ billed_input: 10, billed_output: 0 }, price)).toEqual({ costNanoUsd: 30_000 });
});

test.each<[string, Usage]>([
  ["seconds", { seconds: -0.5 }],
  ["seconds", { seconds: Number.NaN }],
  ["seconds", { seconds: Infinity }],
  ["seconds", { seconds: 2_678_401 }],
  ["images", { images: 1.5 }],
  ["characters", { characters: -1 }],
  ["search_units", { search_units: 100_000_001 }],
  ["billed_input", { billed_input: -1, output_total: 0 }],
])("law 13, R32: an absurd count of %s is refused", (field, usage) => {
  const price = priceOf({ images: 1, seconds: 1, characters: 1, search_units: 1 }, TOKENS);
  expect(costOf(usage, price)).toEqual({ refused: "usage_absurd", field });
});

test.each<[string, UnitRates]>([
  ["units.images", { images: -1 }],
  ["units.seconds", { seconds: 0.5 }],
  ["units.characters", { characters: MAX_UNIT_RATE_NANO_USD + 1 }],
  ["units.slides", { slides: 5 } as UnitRates],
])("law 13, R32: a price with an absurd %s is refused", (field, units) => {
  expect(priceFault(priceOf(units))).toBe(field);
  expect(boundOf({ inputTokens: 0, outputTokens: 0, choices: 1 }, priceOf(units))).toBeNull();
});

test("law 13: an absurd bound of units has no hold", () => {
  const call = { inputTokens: 0, outputTokens: 0, choices: 1 };
  expect(boundOf({ ...call, units: { images: -1 } }, PICTURE)).toBeNull();
  expect(boundOf({ ...call, units: { seconds: Number.NaN } }, WHISPER)).toBeNull();
});

test("R13: a price is free where every amount in it is 0", () => {
  const free = priceOf({ images: 0 }, { rates: { input: 0, output: 0 }, tool_calls: { web_search: 0 } });
  expect(isFree(free)).toBe(true);
  expect(isFree({ ...free, per_request: 1 })).toBe(false);
  expect(isFree({ ...free, tool_calls: { web_search: 1 } })).toBe(false);
  expect(isFree({ ...free, units: { images: 1 } })).toBe(false);
  expect(isFree({ ...free, tiers: [{ above_input_tokens: 1, rates: { output: 1 } }] })).toBe(false);
});

test("R51: a report of units alone is whole, and what was asked for stands in for none", () => {
  const call = { inputTokens: 40, model: "dall-e-3" };
  const reported = { usage: { images: 2 }, complete: true, failed: false, generatedBytes: 0 };
  expect(settledUsage(reported, call)).toEqual({ usage: { images: 2 }, estimated: false });
  expect(settledUsage({ ...reported, complete: false }, call)?.estimated).toBe(true);
  expect(settledUsage({ ...reported, usage: null }, { ...call, units: { characters: 9 } })).toEqual({
    usage: { characters: 9, input_total: 40, output_total: 0 },
    estimated: true,
  });
  const billed = { billed_input: 3, billed_output: 4 };
  expect(settledUsage({ ...reported, usage: billed }, call)).toEqual({ usage: billed, estimated: false });
});

const unitRate = fc.integer({ min: 0, max: 1_000_000_000_000_000 });
const unitRates = fc.record(
  { images: unitRate, seconds: unitRate, characters: unitRate, search_units: unitRate },
  { requiredKeys: [] },
);
const counts = fc.record(
  {
    images: fc.nat(50),
    seconds: fc.double({ min: 0, max: 5_000, noNaN: true }),
    characters: fc.nat(5_000),
    search_units: fc.nat(50),
  },
  { requiredKeys: [] },
);
const rate = fc.integer({ min: 0, max: 1_000_000_000_000 });
const rates = fc.record({ input: rate, output: rate }, { requiredKeys: [] });

test("law 3: no usage within the bound's units costs more than the bound", () => {
  fc.assert(
    fc.property(
      counts,
      unitRates,
      rates,
      fc.nat(300),
      fc.nat(300),
      (used, units, tokenRates, input, output) => {
        const price = priceOf(units, { rates: tokenRates });
        const usage: Usage = { ...used, input_total: input, output_total: output };
        const bound: UnitCounts = Object.fromEntries(
          Object.entries(used).map(([unit, count]) => [unit, count + (unit === "seconds" ? 0 : 1)]),
        );
        const cost = costOf(usage, price);
        if ("refused" in cost) return;
        const call = { inputTokens: input, outputTokens: output, choices: 1, units: bound };
        expect(cost.costNanoUsd).toBeLessThanOrEqual(boundOf(call, price) ?? -1);
      },
    ),
  );
});

test("law 3: a clamped call's bound stays within the amount with its units in it", () => {
  fc.assert(
    fc.property(fc.nat(10_000_000_000), counts, unitRates, rates, (amount, units, priced, tokenRates) => {
      const price = priceOf(priced, { rates: { input: 0, output: 0, ...tokenRates } });
      const call = { inputTokens: 10, choices: 1, units };
      const outputTokens = outputTokensFor(amount, call, price);
      const fitting = outputTokens === null ? 0 : (boundOf({ ...call, outputTokens }, price) ?? Infinity);
      expect(fitting).toBeLessThanOrEqual(amount);
    }),
  );
});
