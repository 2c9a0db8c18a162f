import { readFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";
import { expect, test } from "vitest";
import { costOf, isFree } from "../../../src/domain/pricing.ts";
import { DEFAULT_MAX_OUTPUT_TOKENS, maxOutputTokens } from "../../../src/providers/prices/output-limits.ts";
import { PRICES_VERSION } from "../../../src/providers/prices/library-price.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";

const atMs = Date.UTC(2026, 10, 22, 12);
const priceOf = (provider: string, model: string, at = atMs) => listPrice({ provider, model, atMs: at });

test("the version that is stamped is the one installed", () => {
  const path = new URL("../../../node_modules/@pydantic/genai-prices/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(path.pathname, "utf8")) as { version: string };
  expect(PRICES_VERSION).toBe(`genai-prices@${version}`);
});

test("prices are integers of nano-USD per million tokens", () => {
  expect(priceOf("openai", "gpt-4o-mini-2024-07-18")).toEqual({
    version: `${PRICES_VERSION} openai/gpt-4o-mini`,
    rates: { input: 150_000_000, output: 600_000_000, cache_read: 75_000_000 },
    tiers: [],
    per_request: 0,
    tool_calls: {
      web_search: 10_000_000,
      file_search: 2_500_000,
      code_interpreter: 30_000_000,
      code_interpreter_4g: 120_000_000,
      code_interpreter_16g: 480_000_000,
      code_interpreter_64g: 1_920_000_000,
      web_search_preview: 25_000_000,
    },
  });
});

test("R27: long-context rates come as tiers of the whole call", () => {
  expect(priceOf("anthropic", "claude-sonnet-4-5-20250929")).toMatchObject({
    rates: { input: 3e9, output: 15e9, cache_read: 3e8, cache_write: 3.75e9, cache_write_1h: 6e9 },
    tiers: [
      {
        above_input_tokens: 200_000,
        rates: { input: 6e9, output: 22.5e9, cache_read: 6e8, cache_write: 7.5e9, cache_write_1h: 12e9 },
      },
    ],
  });
});

test.each([
  ["openai", "gpt-99"],
  ["openai", ""],
  ["openai", "claude-sonnet-4-5"],
  ["openai", "x".repeat(1_000)],
  ["my-openai", "gpt-4o"],
  ["", "gpt-4o"],
  ["constructor", "gpt-4o"],
])("R22, law 11: %s/%s has no price", (provider, model) => {
  expect(priceOf(provider, model)).toBeNull();
});

test("an embedding has a price for its input only", () => {
  expect(priceOf("openai", "text-embedding-3-small")?.rates).toEqual({ input: 20_000_000 });
});

test("R51: a transcription is charged by the second, where the library, given tokens, says 0", () => {
  const usage = { input_tokens: 100, output_tokens: 50 };
  expect(calcPrice(usage, "whisper-1", { providerId: "openai" })?.total_price).toBe(0);
  const whisper = priceOf("openai", "whisper-1");
  expect(whisper).toMatchObject({ rates: {}, units: { seconds: 100_000_000_000 } });
  expect(whisper && costOf({ seconds: 90.5 }, whisper)).toEqual({ costNanoUsd: 9_050_000 });
  expect(whisper && costOf({ input_total: 100, output_total: 50 }, whisper)).toEqual({
    refused: "unpriced",
    field: "tokens",
  });
});

test.each([
  ["mistral", "mistral-ocr-2503"],
  ["xai", "grok-voice-latest"],
  ["google", "gemini-embedding-2"],
  ["cerebras", "qwen-3-coder-480b"],
  ["openrouter", "google/lyria-3-pro-preview"],
])("R22: %s/%s, which the library prices in part or not at all, has no price", (provider, model) => {
  expect(calcPrice({}, model, { providerId: provider === "xai" ? "x-ai" : provider })?.total_price).toBe(0);
  expect(priceOf(provider, model)).toBeNull();
});

test("R50: the library throws where more was read from the cache than was sent; we charge what was sent", () => {
  const usage = { input_tokens: 10, cache_read_tokens: 161 };
  expect(() => calcPrice(usage, "gpt-4o", { providerId: "openai" })).toThrow("cannot exceed");
  const price = priceOf("openai", "gpt-4o");
  expect(price && costOf({ input_total: 10, input_cached: 161, output_total: 0 }, price)).toEqual({
    costNanoUsd: 10 * 2_500,
  });
});

test.each([
  ["openrouter", "qwen/qwq-32b:free"],
  ["openrouter", "new/model:free"],
  ["ollama", "llama3.2"],
  ["openai", "omni-moderation-latest"],
])("R13: %s/%s is free", (provider, model) => {
  const price = priceOf(provider, model);
  expect(price && isFree(price)).toBe(true);
});

test("a price changes on its day, not before", () => {
  const input = (at: number) => priceOf("openai", "o3", at)?.rates.input;
  expect(input(Date.UTC(2025, 5, 10) - 1)).toBe(10e9);
  expect(input(Date.UTC(2025, 5, 10))).toBe(2e9);
});

test("prices by the hour of the day aren't kept over the day", () => {
  const prices = [0, 6, 12, 18].map((hour) =>
    priceOf("deepseek", "deepseek-chat", Date.UTC(2025, 6, 1, hour)),
  );
  const direct = [0, 6, 12, 18].map((hour) => {
    const found = calcPrice({ input_tokens: 1_000_000 }, "deepseek-chat", {
      providerId: "deepseek",
      timestamp: new Date(Date.UTC(2025, 6, 1, hour)),
    });
    return Math.round((found?.total_price ?? 0) * 1e9);
  });
  expect(prices.map((price) => price?.rates.input)).toEqual(direct);
  expect(new Set(direct).size).toBeGreaterThan(1);
});

test("R51: audio that the library prices as text costs its own rate", () => {
  expect(priceOf("openai", "gpt-4o-audio-preview-2025-06-03")?.rates).toMatchObject({
    audio_input: 40e9,
    audio_output: 80e9,
  });
  expect(priceOf("openai", "gpt-4o-mini-search-preview")?.per_request).toBe(25_000_000);
});

test.each([
  ["openai", "gpt-4o"],
  ["openai", "gpt-5.5"],
  ["openai", "gpt-audio"],
  ["anthropic", "claude-sonnet-4-5"],
  ["anthropic", "claude-opus-4-7"],
  ["google", "gemini-2.5-pro"],
])("law 1: %s/%s costs what the library computes, to the nano-dollar", (provider, model) => {
  const price = priceOf(provider, model);
  for (const input of [1, 1_003, 199_999, 200_001, 271_999, 272_000, 300_007]) {
    const usage = { input_tokens: input, output_tokens: 7_919 };
    const theirs =
      calcPrice(usage, model, { providerId: provider, timestamp: new Date(atMs) })?.total_price ?? -1;
    const ours = price && costOf({ input_total: input, output_total: 7_919 }, price);
    expect(ours).toEqual({ costNanoUsd: Math.round(Number((theirs * 1e9).toPrecision(15))) });
  }
});

test.each([
  ["gpt-4o-2024-11-20", 16_384],
  ["gpt-4o-mini", 16_384],
  ["ft:gpt-4o-mini-2024-07-18:org::id", 16_384],
  ["gpt-4", 8_192],
  ["gpt-4-turbo", 4_096],
  ["gpt-4.1-nano", 32_768],
  ["gpt-5-chat-latest", 16_384],
  ["gpt-5.5", 128_000],
  ["gpt-5-pro", 272_000],
  ["o3", 100_000],
  ["claude-3-5-haiku-latest", 8_192],
  ["claude-3-haiku-20240307", 4_096],
  ["claude-opus-4-1-20250805", 32_000],
  ["claude-opus-4-20250514", 32_000],
  ["claude-sonnet-4-5", 64_000],
  ["claude-opus-4-5", 64_000],
  ["claude-opus-4-6", 128_000],
  ["claude-sonnet-5", 128_000],
  ["command-r-08-2024", 4_096],
  ["command-a-03-2025", 8_192],
  ["command-a-reasoning-08-2025", 32_768],
  ["mistral-medium-latest", 262_144],
  ["openai/gpt-4o-mini", 16_384],
  ["accounts/fireworks/models/llama-v3p1-8b-instruct", 131_072],
  ["openai/gpt-oss-120b", 131_072],
  ["llama-anything", DEFAULT_MAX_OUTPUT_TOKENS],
])("R9: with no limit stated, %s is bounded by %d output tokens", (model, tokens) => {
  expect(maxOutputTokens(model)).toBe(tokens);
});
