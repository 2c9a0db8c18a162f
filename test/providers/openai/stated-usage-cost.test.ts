import { expect, test } from "vitest";
import { openaiChat } from "../../../src/providers/openai/chat.ts";
import { openrouter } from "../../../src/providers/compatible/compatible.ts";
import { statedUsageCost } from "../../../src/providers/openai/stated-usage-cost.ts";
import { pushAll, readBodyOf, streamReaderOf, wireAt } from "../support.ts";

const COUNTS = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const routed = wireAt(openrouter, "/api/v1/chat/completions");

test.each([
  ["OpenRouter, a float that isn't exact", { cost: 3.7999999999999996e-7 }, 380],
  ["OpenRouter, a free model", { cost: 0, cost_details: { upstream_inference_cost: null } }, 0],
  [
    "OpenRouter, the upstream's share inside",
    { cost: 0.5, is_byok: false, cost_details: { upstream_inference_cost: 0.5 } },
    500_000_000,
  ],
  [
    "OpenRouter, the account's own key: the fee and the provider's charge",
    { cost: 0.0002, is_byok: true, cost_details: { upstream_inference_cost: 0.00417 } },
    4_370_000,
  ],
  ["Perplexity", { cost: { input_tokens_cost: 0, request_cost: 0.005, total_cost: 0.00501 } }, 5_010_000],
  ["xAI, half a nano-USD rounded up", { cost_in_usd_ticks: 709_505 }, 70_951],
])("%s", (_name, usage, expected) => {
  expect(statedUsageCost({ ...COUNTS, ...usage })).toBe(expected);
});

test.each([
  ["none", {}],
  ["an own key whose charge isn't stated: the fee alone is no cost", { cost: 0, is_byok: true }],
  ["an odd is_byok, read as the account's own key", { cost: 1, is_byok: "false" }],
  ["null", { cost: null }],
  ["an object of another shape", { cost: { total: 1 } }],
  ["negative (R32)", { cost: -0.5 }],
  ["not finite (R32)", { cost: "NaN" }],
  ["absurd (law 13)", { cost: 1e30 }],
  ["negative ticks (R32)", { cost_in_usd_ticks: -1 }],
])("no cost that can be believed: %s", (_name, usage) => {
  expect(statedUsageCost({ ...COUNTS, ...usage })).toBeUndefined();
  expect(statedUsageCost(null)).toBeUndefined();
});

test("an answer's stated cost is read, of a stream the last one", () => {
  expect(readBodyOf(routed, 200, { choices: [], usage: { ...COUNTS, cost: 0.25 } })).toMatchObject({
    costNanoUsd: 250_000_000,
  });
  const reader = streamReaderOf(routed, { hideUsage: false });
  pushAll(reader, [
    { choices: [], usage: { ...COUNTS, cost: 0.1 } },
    { choices: [], usage: { ...COUNTS, cost: 0.25 } },
    { choices: [], usage: null },
    "[DONE]",
  ]);
  expect(reader.reading()).toMatchObject({ costNanoUsd: 250_000_000, complete: true });
});

test("a provider that never states a cost isn't believed where it seems to", () => {
  const usage = { ...COUNTS, cost: 0, cost_in_usd_ticks: 0 };
  expect(readBodyOf(openaiChat, 200, { choices: [], usage }).costNanoUsd).toBeUndefined();
  const reader = streamReaderOf(openaiChat, { hideUsage: false });
  pushAll(reader, [{ choices: [], usage }]);
  expect(reader.reading().costNanoUsd).toBeUndefined();
});
