import { expect, test } from "vitest";
import { costOf } from "../../../src/domain/pricing.ts";
import type { Usage } from "../../../src/domain/usage.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { isDearerTier } from "../../../src/providers/prices/service-tiers.ts";

const atMs = Date.UTC(2026, 10, 22, 12);
const priceAt = (provider: string, model: string, tier: string) =>
  listPrice({ provider, model, atMs, options: { tier } });

function cost(provider: string, model: string, tier: string, usage: Usage) {
  const price = priceAt(provider, model, tier);
  if (!price) throw new Error(`${provider}/${model} has no price at ${tier}`);
  return costOf(usage, price);
}

// Published for fast mode, in USD per million: input, cached input, output.
test.each([
  ["gpt-6-astra", 20, 2, 100],
  ["gpt-6-sol", 4, 0.4, 20],
  ["gpt-6-luna", 0.2, 0.02, 1],
  ["gpt-5.6-sol", 8, 0.8, 40],
  ["gpt-5.6-terra", 4, 0.4, 24],
  ["gpt-5.6-luna", 0.4, 0.04, 2.4],
  ["gpt-5.5", 12.5, 1.25, 75],
  ["gpt-5.4", 5, 0.5, 30],
  ["gpt-5.4-mini", 1.5, 0.15, 9],
  ["gpt-5.2", 3.5, 0.35, 28],
  ["gpt-5.1", 2.5, 0.25, 20],
  ["gpt-5.1-codex", 2.5, 0.25, 20],
  ["gpt-5", 2.5, 0.25, 20],
  ["gpt-5-mini", 0.45, 0.045, 3.6],
  ["gpt-4.1", 3.5, 0.875, 14],
  ["gpt-4.1-mini", 0.7, 0.175, 2.8],
  ["gpt-4.1-nano", 0.2, 0.05, 0.8],
  ["gpt-4o", 4.25, 2.125, 17],
  ["gpt-4o-2024-08-06", 4.25, 2.125, 17],
  ["gpt-4o-mini", 0.25, 0.125, 1],
  ["o3", 3.5, 0.875, 14],
  ["o4-mini", 2, 0.5, 8],
])("R52: %s costs what OpenAI publishes for priority", (model, input, cached, output) => {
  for (const tier of ["priority", "fast"]) {
    expect(priceAt("openai", model, tier)?.rates).toMatchObject({
      input: Math.round(input * 1e9),
      cache_read: Math.round(cached * 1e9),
      output: Math.round(output * 1e9),
    });
  }
});

test("R52: flex and batch cost half, to the nano-dollar", () => {
  const usage = { input_total: 1_001, input_cached: 1, output_total: 101 };
  // 1.25, 0.125 and 10 USD per million, halved: (1,000 x 1,250 + 125 + 101 x 10,000) / 2 = 1,130,062.5 nano-USD.
  expect(cost("openai", "gpt-5", "flex", usage)).toEqual({ costNanoUsd: 1_130_063 });
  expect(cost("openai", "gpt-5", "batch", usage)).toEqual({ costNanoUsd: 1_130_063 });
  expect(cost("anthropic", "claude-haiku-4-5", "batch", usage)).toEqual({
    costNanoUsd: (1_000 * 1_000 + 100 + 101 * 5_000) / 2,
  });
  expect(cost("groq", "openai/gpt-oss-120b", "flex", usage)).toEqual(
    cost("groq", "openai/gpt-oss-120b", "on_demand", usage),
  );
});

test("a discount that isn't published is none", () => {
  const usage = { input_total: 1_000, output_total: 100 };
  const llama = (tier: string) => cost("bedrock", "meta.llama3-70b-instruct-v1:0", tier, usage);
  expect(llama("flex")).toEqual(llama("default"));
});

test("R52: Bedrock's tiers cost what its price list says", () => {
  const usage = { input_total: 1_000, output_total: 1_000 };
  // 0.80 and 3.20 USD per million at the list price; 1.40 and 5.60 for priority, 0.40 and 1.60 for flex.
  const nova = (tier: string) => cost("bedrock", "us.amazon.nova-pro-v1:0", tier, usage);
  expect(nova("priority")).toEqual({ costNanoUsd: 1_400_000 + 5_600_000 });
  expect(nova("flex")).toEqual({ costNanoUsd: 400_000 + 1_600_000 });
  expect(priceAt("bedrock", "openai.gpt-oss-20b-1:0", "priority")).not.toBeNull();
});

test("R52: Claude Opus 5.5 costs 8 and 40 USD in fast mode", () => {
  expect(priceAt("anthropic", "claude-opus-5-5", "fast")?.rates).toMatchObject({
    input: 8e9,
    output: 40e9,
    cache_read: 4e8,
  });
});

test("R52: Anthropic's fast mode and its region each have a factor, and multiply", () => {
  const usage = { input_total: 1_000, output_total: 100 };
  const list = 1_000 * 5_000 + 100 * 25_000;
  expect(cost("anthropic", "claude-opus-4-8", "standard", usage)).toEqual({ costNanoUsd: list });
  expect(cost("anthropic", "claude-opus-4-8", "standard fast", usage)).toEqual({ costNanoUsd: list * 2 });
  expect(cost("anthropic", "claude-opus-4-8", "us", usage)).toEqual({ costNanoUsd: (list * 11) / 10 });
  expect(cost("anthropic", "claude-opus-4-8", "standard fast us", usage)).toEqual({
    costNanoUsd: (list * 22) / 10,
  });
  expect(priceAt("anthropic", "claude-opus-4-8", "fast us")?.version).toMatch(/claude-opus-4-8 fast us$/);
});

test("a tier's factor holds in the long context, and for no tool's use", () => {
  const price = priceAt("openai", "gpt-5.4", "priority");
  expect(price?.tiers).toEqual([
    { above_input_tokens: 271_999, rates: { input: 10e9, output: 45e9, cache_read: 1e9 } },
  ]);
  expect(price?.tool_calls["web_search"]).toBe(10_000_000);
});

test.each([
  ["openai", "auto"],
  ["openai", "default"],
  ["openai", "scale"],
  ["anthropic", "standard_only"],
  ["anthropic", "priority"], // Bought ahead.
  ["groq", "on_demand"],
  ["google", "SERVICE_TIER_STANDARD"],
  ["openai", ""],
])("%s's %s is the list price", (provider, tier) => {
  const model = {
    openai: "gpt-4o",
    anthropic: "claude-opus-4-8",
    groq: "openai/gpt-oss-120b",
    google: "gemini-2.5-pro",
  }[provider] as string;
  expect(priceAt(provider, model, tier)).toEqual(listPrice({ provider, model, atMs }));
});

test.each([
  ["openai", "gpt-5.2-pro", "priority"],
  ["openai", "gpt-5-pro", "priority"],
  ["openai", "gpt-5.4-pro", "priority"],
  ["openai", "gpt-4o", "turbo"],
  ["anthropic", "claude-sonnet-5", "fast"],
  ["anthropic", "claude-opus-4-8", "eu"],
  ["groq", "openai/gpt-oss-120b", "performance"],
  ["mistral", "mistral-large-latest", "priority"],
  ["bedrock", "meta.llama3-70b-instruct-v1:0", "priority"],
  ["openai", "gpt-4o", "x".repeat(100)],
])("R22, law 11: %s/%s at %s, which may be dearer, has no price", (provider, model, tier) => {
  expect(listPrice({ provider, model, atMs })).not.toBeNull();
  expect(priceAt(provider, model, tier)).toBeNull();
});

test("only names under which somebody sells a dearer service are taken for one", () => {
  expect(isDearerTier("openai", "priority")).toBe(true);
  expect(isDearerTier("anthropic", "priority")).toBe(false);
  expect(isDearerTier("anthropic", "standard fast")).toBe(true);
  expect(isDearerTier("together", "serverless")).toBe(false);
});
