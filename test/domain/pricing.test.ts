import * as fc from "fast-check";
import { expect, test } from "vitest";
import { boundOf, outputTokensFor, type CallBound } from "../../src/domain/bounds.ts";
import type { Price, Rates } from "../../src/domain/pricing.ts";
import { costOf, MAX_RATE_NANO_USD, priceFault } from "../../src/domain/pricing.ts";
import type { Usage } from "../../src/domain/usage.ts";
import { MAX_TOKENS_PER_CALL } from "../../src/domain/usage.ts";

// USD 3 and 15 per million tokens, as Claude Sonnet.
const RATES: Rates = {
  input: 3_000_000_000,
  output: 15_000_000_000,
  cache_read: 300_000_000,
  cache_write: 3_750_000_000,
  cache_write_1h: 6_000_000_000,
};

function priceWith(changes: Partial<Price> = {}): Price {
  return { version: "test", rates: RATES, tiers: [], per_request: 0, tool_calls: {}, ...changes };
}

const LONG_CONTEXT = priceWith({
  tiers: [{ above_input_tokens: 200_000, rates: { ...RATES, input: 6_000_000_000, output: 22_500_000_000 } }],
});

function cost(usage: Usage, price = priceWith()): number {
  const result = costOf(usage, price);
  if ("refused" in result) throw new Error(`refused: ${result.refused} ${result.field}`);
  return result.costNanoUsd;
}

test("a call costs its tokens times the list price", () => {
  expect(cost({ input_total: 1_000, output_total: 100 })).toBe(3_000_000 + 1_500_000);
});

test("R50: cached input costs the cache's rate, once", () => {
  expect(cost({ input_total: 1_000, input_cached: 900, output_total: 0 })).toBe(300_000 + 270_000);
});

test("R50: cache writes cost their own rates, by how long they last", () => {
  const usage = {
    input_total: 1_000,
    cache_write: 1_000,
    cache_write_5m: 400,
    cache_write_1h: 600,
    output_total: 0,
  };
  expect(cost(usage)).toBe(400 * 3_750 + 600 * 6_000);
});

test("cache writes beyond a stale split take the kind that the split names", () => {
  const usage = { input_total: 1_000, cache_write: 1_000, output_total: 0 };
  expect(cost({ ...usage, cache_write_5m: 0, cache_write_1h: 600 })).toBe(1_000 * 6_000);
  expect(cost({ ...usage, cache_write_5m: 600, cache_write_1h: 0 })).toBe(1_000 * 3_750);
  expect(cost(usage)).toBe(1_000 * 3_750);
});

test("the sum is rounded once, to the nearest nano-USD, halves up", () => {
  const price = priceWith({ rates: { input: 400_000, output: 100_000 } });
  expect(cost({ input_total: 1, output_total: 0 }, price)).toBe(0);
  expect(cost({ input_total: 1, output_total: 1 }, price)).toBe(1);
  expect(cost({ input_total: 2, output_total: 6 }, price)).toBe(1);
});

test("law 13: sums beyond 2^53 are exact", () => {
  const rate = 999_999_999_999;
  const price = priceWith({ rates: { input: rate, output: rate } });
  expect(cost({ input_total: 99_999_999, output_total: 1 }, price)).toBe(100 * rate);
});

test("R53: a long-context tier applies to the whole call, from one token above its start", () => {
  expect(cost({ input_total: 200_000, output_total: 10 }, LONG_CONTEXT)).toBe(200_000 * 3_000 + 10 * 15_000);
  expect(cost({ input_total: 200_001, output_total: 10 }, LONG_CONTEXT)).toBe(200_001 * 6_000 + 10 * 22_500);
});

test("audio, images and reasoning cost their own rates where there are any, else the text's", () => {
  const usage = {
    input_total: 100,
    audio_in: 40,
    image_in: 10,
    output_total: 50,
    audio_out: 20,
    reasoning: 5,
  };
  const own = { ...RATES, audio_input: 4e10, image_input: 1e10, audio_output: 8e10, reasoning: 2e10 };
  expect(cost(usage, priceWith({ rates: own }))).toBe(
    50 * 3_000 + 40 * 40_000 + 10 * 10_000 + 25 * 15_000 + 20 * 80_000 + 5 * 20_000,
  );
  expect(cost(usage)).toBe(100 * 3_000 + 50 * 15_000);
});

test("a call's own charge and the provider's tools come on top", () => {
  const price = priceWith({ per_request: 5, tool_calls: { web_search: 10_000_000 } });
  expect(cost({ input_total: 0, output_total: 0, tool_calls: { web_search: 3, web_fetch: 9 } }, price)).toBe(
    30_000_005,
  );
});

test("law 13: cached tokens above the input buy no discount", () => {
  expect(cost({ input_total: 10, input_cached: 161, output_total: 0 })).toBe(30_000);
});

test.each<[string, Usage]>([
  ["input_total", { input_total: -5, output_total: 1 }],
  ["output_total", { input_total: 5, output_total: Number.NaN }],
  ["input_cached", { input_total: 5, output_total: 1, input_cached: -100 }],
  ["reasoning", { input_total: 5, output_total: 1, reasoning: 0.5 }],
  ["tool_calls", { input_total: 5, output_total: 1, tool_calls: { web_search: -3 } }],
  ["input_total", { input_total: MAX_TOKENS_PER_CALL + 1, output_total: 1 }],
])("law 13, R32: an absurd %s is refused, so it mints no credit", (field, usage) => {
  expect(costOf(usage, priceWith())).toEqual({ refused: "usage_absurd", field });
});

test("R49: a usage without input or output is refused, not free", () => {
  expect(costOf({ output_total: 1 }, priceWith())).toEqual({
    refused: "usage_missing",
    field: "input_total",
  });
  expect(costOf({ input_total: 1 }, priceWith())).toEqual({
    refused: "usage_missing",
    field: "output_total",
  });
});

test.each<[string, Partial<Price>]>([
  ["input", { rates: { ...RATES, input: -1 } }],
  ["output", { rates: { ...RATES, output: Number.NaN } }],
  ["cache_read", { rates: { ...RATES, cache_read: 0.5 } }],
  ["output", { rates: { ...RATES, output: MAX_RATE_NANO_USD + 1 } }],
  ["per_request", { per_request: -1 }],
  ["tool_calls.web_search", { tool_calls: { web_search: Infinity } }],
  ["input", { tiers: [{ above_input_tokens: 5, rates: { ...RATES, input: -1 } }] }],
  ["tiers", { tiers: [{ above_input_tokens: -5, rates: RATES }] }],
])("law 13, R32: a price with an absurd %s is refused everywhere", (field, changes) => {
  const price = priceWith(changes);
  expect(priceFault(price)).toBe(field);
  expect(costOf({ input_total: 1, output_total: 1 }, price)).toEqual({ refused: "price", field });
  expect(boundOf({ inputTokens: 1, outputTokens: 1, choices: 1 }, price)).toBeNull();
  expect(outputTokensFor(1_000, { inputTokens: 1, choices: 1 }, price)).toBeNull();
});

test("law 13: a cost beyond every limit is refused", () => {
  const price = priceWith({ rates: { input: MAX_RATE_NANO_USD, output: 0 } });
  expect(costOf({ input_total: 100_000_000, output_total: 0 }, price)).toMatchObject({
    refused: "cost_absurd",
  });
  expect(boundOf({ inputTokens: 100_000_000, outputTokens: 0, choices: 1 }, price)).toBeNull();
});

test("a bound is rounded up and counts every answer", () => {
  const price = priceWith({ rates: { input: 1, output: 1 } });
  expect(boundOf({ inputTokens: 1, outputTokens: 1, choices: 1 }, price)).toBe(1);
  const two = boundOf({ inputTokens: 0, outputTokens: 100, choices: 2 }, priceWith());
  expect(two).toBe(2 * 100 * 15_000);
});

test("a bound covers the dearest cache write that the body can cause", () => {
  const call = { inputTokens: 100, outputTokens: 0, choices: 1 };
  expect(boundOf({ ...call, cacheWrites: "none" }, priceWith())).toBe(100 * 3_000);
  expect(boundOf({ ...call, cacheWrites: "5m" }, priceWith())).toBe(100 * 3_750);
  expect(boundOf({ ...call, cacheWrites: "1h" }, priceWith())).toBe(100 * 6_000);
  expect(boundOf(call, priceWith())).toBe(100 * 6_000);
});

test("R27: a bound takes the dearest tier that the input can reach", () => {
  const call = { outputTokens: 10, choices: 1, cacheWrites: "none" } as const;
  expect(boundOf({ ...call, inputTokens: 200_000 }, LONG_CONTEXT)).toBe(200_000 * 3_000 + 10 * 15_000);
  expect(boundOf({ ...call, inputTokens: 200_001 }, LONG_CONTEXT)).toBe(200_001 * 6_000 + 10 * 22_500);
});

test("R27: a tier that is cheaper doesn't lower the bound", () => {
  const price = priceWith({ tiers: [{ above_input_tokens: 10, rates: { input: 1, output: 1 } }] });
  expect(boundOf({ inputTokens: 11, outputTokens: 1, choices: 1, cacheWrites: "none" }, price)).toBe(
    11 * 3_000 + 15_000,
  );
});

test("an amount that the input alone uses up buys no answer", () => {
  const call = { inputTokens: 100, choices: 1, cacheWrites: "none" } as const;
  expect(outputTokensFor(299_999, call, priceWith())).toBeNull();
  expect(outputTokensFor(300_000, call, priceWith())).toBe(0);
  expect(outputTokensFor(315_000, call, priceWith())).toBe(1);
  expect(outputTokensFor(314_999, call, priceWith())).toBe(0);
});

test("R13: free output is bounded only by what a call may report", () => {
  const free = priceWith({ rates: { input: 0, output: 0 } });
  expect(outputTokensFor(0, { inputTokens: 5, choices: 1 }, free)).toBe(MAX_TOKENS_PER_CALL);
});

const rate = fc.integer({ min: 0, max: 1_000_000_000_000 });
const rates: fc.Arbitrary<Rates> = fc.record(
  {
    input: rate,
    output: rate,
    cache_read: rate,
    cache_write: rate,
    cache_write_1h: rate,
    reasoning: rate,
    audio_input: rate,
    audio_output: rate,
    image_input: rate,
    image_output: rate,
  },
  { requiredKeys: ["input", "output"] },
);
const prices: fc.Arbitrary<Price> = fc.record({
  version: fc.constant("any"),
  rates,
  tiers: fc
    .uniqueArray(fc.record({ above_input_tokens: fc.nat(300_000), rates }), {
      maxLength: 3,
      selector: (tier) => tier.above_input_tokens,
    })
    .map((tiers) => tiers.sort((one, other) => one.above_input_tokens - other.above_input_tokens)),
  per_request: fc.nat(1_000_000),
  tool_calls: fc.record({ web_search: fc.nat(100_000_000) }),
});
const tokens = fc.nat(400_000);

test("law 3: a clamped call's bound never exceeds the amount, and one token more would", () => {
  fc.assert(
    fc.property(
      fc.nat(10_000_000_000),
      tokens,
      fc.integer({ min: 1, max: 8 }),
      prices,
      (amount, inputTokens, choices, price) => {
        const call = { inputTokens, choices };
        const outputTokens = outputTokensFor(amount, call, price);
        const fitting = outputTokens === null ? 0 : boundOf({ ...call, outputTokens }, price);
        const next = (outputTokens ?? -1) + 1;
        const above = next > MAX_TOKENS_PER_CALL ? Infinity : boundOf({ ...call, outputTokens: next }, price);
        expect(fitting).toBeLessThanOrEqual(amount);
        expect(above).toBeGreaterThan(amount);
      },
    ),
  );
});

test("law 3: no usage within the bound's tokens costs more than the bound", () => {
  const parts = fc.record({
    cached: fc.nat(100),
    short: fc.nat(100),
    long: fc.nat(100),
    audio: fc.nat(100),
    image: fc.nat(100),
    reasoning: fc.nat(100),
    spoken: fc.nat(100),
    drawn: fc.nat(100),
    searches: fc.nat(5),
  });
  fc.assert(
    fc.property(tokens, tokens, parts, prices, fc.nat(100), (input, output, part, price, slack) => {
      const usage: Usage = {
        input_total: input,
        input_cached: part.cached,
        cache_write: part.short + part.long,
        cache_write_5m: part.short,
        cache_write_1h: part.long,
        audio_in: part.audio,
        image_in: part.image,
        output_total: output,
        reasoning: part.reasoning,
        audio_out: part.spoken,
        image_out: part.drawn,
        tool_calls: { web_search: part.searches },
      };
      const bound: CallBound = {
        inputTokens: input + slack,
        outputTokens: output + slack,
        choices: 1,
        cacheWrites: part.long > 0 ? "1h" : part.short > 0 ? "5m" : "none",
        audioInputTokens: part.audio,
        audioOutput: part.spoken > 0,
        toolCalls: { web_search: part.searches },
      };
      expect(cost(usage, price)).toBeLessThanOrEqual(boundOf(bound, price) ?? -1);
    }),
  );
});
