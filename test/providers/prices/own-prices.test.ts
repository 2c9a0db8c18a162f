import { expect, test } from "vitest";
import { costOf, priceFault, type Price } from "../../../src/domain/pricing.ts";
import type { Usage } from "../../../src/domain/usage.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";

const atMs = Date.UTC(2026, 10, 22, 12);
const priceOf = (provider: string, model: string, variant?: string): Price | null =>
  listPrice({ provider, model, atMs, ...(variant !== undefined && { options: { variant } }) });

test.each<[string, string, string | undefined, Usage, number]>([
  ["openai", "dall-e-2", "256x256", { images: 10 }, 160_000_000],
  ["openai", "dall-e-2", "512x512", { images: 1 }, 18_000_000],
  ["openai", "dall-e-2", "1024x1024", { images: 1 }, 20_000_000],
  ["openai", "dall-e-3", "standard 1024x1024", { images: 1 }, 40_000_000],
  ["openai", "dall-e-3", "standard 1792x1024", { images: 1 }, 80_000_000],
  ["openai", "dall-e-3", "1024x1024 hd", { images: 1 }, 80_000_000],
  ["openai", "dall-e-3", "hd 1024x1792", { images: 2 }, 240_000_000],
  ["google", "imagen-4.0-generate-001", undefined, { images: 4 }, 160_000_000],
  ["google", "imagen-4.0-fast-generate-001", undefined, { images: 1 }, 20_000_000],
  ["google", "imagen-4.0-ultra-generate-001", undefined, { images: 1 }, 60_000_000],
  ["xai", "grok-imagine-image", undefined, { images: 1 }, 20_000_000],
  ["xai", "grok-imagine-image-pro", undefined, { images: 1 }, 70_000_000],
  ["xai", "grok-imagine-image-quality", "1k", { images: 1 }, 50_000_000],
  ["xai", "grok-imagine-image-quality", "2k", { images: 1 }, 70_000_000],
  ["openai", "tts-1", undefined, { characters: 1_000 }, 15_000_000],
  ["vertex", "imagen-4.0-generate-001", undefined, { images: 1 }, 40_000_000],
  ["mistral", "voxtral-mini-tts-latest", undefined, { characters: 1_000 }, 16_000_000],
  ["openai", "tts-1-hd", undefined, { characters: 1_000 }, 30_000_000],
  // 0.111 USD an hour.
  ["groq", "whisper-large-v3", undefined, { seconds: 3_600 }, 111_000_000],
  ["groq", "whisper-large-v3-turbo", undefined, { seconds: 36 }, 400_000],
  ["mistral", "voxtral-mini-latest", undefined, { seconds: 60 }, 3_000_000],
  ["mistral", "mistral-ocr-latest", undefined, { pages: 3 }, 12_000_000],
  ["mistral", "mistral-ocr-2512", undefined, { pages: 1, annotated_pages: 2 }, 2_000_000 + 6_000_000],
  ["cohere", "rerank-v3.5", undefined, { search_units: 3 }, 6_000_000],
  ["cohere", "rerank-v4.0-pro", undefined, { search_units: 1 }, 2_500_000],
  ["cohere", "embed-english-v3.0", undefined, { input_total: 50, output_total: 0 }, 5_000],
  [
    "cohere",
    "embed-v4.0",
    undefined,
    { billed_input: 100, billed_output: 0, image_in: 10 },
    90 * 120 + 4_700,
  ],
  ["voyage", "rerank-2.5-lite", undefined, { input_total: 1_000, output_total: 0 }, 20_000],
  ["voyage", "rerank-3", undefined, { input_total: 1_000, output_total: 0 }, 50_000],
  ["voyage", "rerank-3-lite", undefined, { input_total: 1_000, output_total: 0 }, 20_000],
  ["voyage", "voyage-3.5", undefined, { input_total: 1_000, output_total: 0 }, 60_000],
  ["openai", "text-embedding-3-large", undefined, { input_total: 1_000, output_total: 0 }, 130_000],
])("R51: %s/%s %s costs its published price", (provider, model, variant, usage, nano) => {
  const price = priceOf(provider, model, variant);
  expect(price && costOf(usage, price)).toEqual({ costNanoUsd: nano });
});

test("R51: a spoken question to Voxtral costs its seconds on top of its tokens", () => {
  const price = priceOf("mistral", "voxtral-small-2507");
  // 0.004 USD a minute; 0.1 and 0.4 USD per million tokens.
  const usage = { input_total: 100, output_total: 10, seconds: 30 };
  expect(price && costOf(usage, price)).toEqual({ costNanoUsd: 2_000_000 + 10_000 + 4_000 });
});

test("what a variant leaves open is the dearest, and a word that nobody published is unpriced", () => {
  expect(priceOf("openai", "dall-e-3")?.units).toEqual({ images: 120_000_000_000_000 });
  expect(priceOf("openai", "dall-e-3", "auto 1024x1024")?.units).toEqual({ images: 80_000_000_000_000 });
  expect(priceOf("openai", "dall-e-3", "standard")?.units).toEqual({ images: 80_000_000_000_000 });
  expect(priceOf("openai", "dall-e-3", "hd 2048x2048")).toBeNull();
  expect(priceOf("openai", "dall-e-3", "ultra 1024x1024")).toBeNull();
});

test("Perplexity's fee for a call is by how much it reads, and the greatest where that isn't said", () => {
  const fees = [undefined, "low", "medium", "high"].map(
    (size) => priceOf("perplexity", "sonar", size)?.per_request,
  );
  expect(fees).toEqual([12_000_000, 5_000_000, 8_000_000, 12_000_000]);
  expect(priceOf("perplexity", "sonar-pro", "medium")?.per_request).toBe(10_000_000);
  expect(priceOf("perplexity", "sonar-pro", "pro-high")?.per_request).toBe(22_000_000);
  expect(priceOf("perplexity", "sonar", "pro-low")).toBeNull();
});

test.each([
  ["openai", "gpt-4.1", { web_search: 10_000_000, web_search_preview: 25_000_000, file_search: 2_500_000 }],
  ["openai", "o3", { web_search_preview: 10_000_000, code_interpreter: 30_000_000 }],
  ["openai", "gpt-5.5", { code_interpreter_4g: 120_000_000, code_interpreter_64g: 1_920_000_000 }],
  ["groq", "openai/gpt-oss-20b", { browser_search: 5_000_000, browser_open: 1_000_000 }],
  ["openai", "o3-deep-research", { web_search: 10_000_000 }], // The library lists none.
  ["anthropic", "claude-3-5-haiku-latest", { web_search: 10_000_000 }],
  ["google", "gemini-2.5-pro", { google_search: 35_000_000, google_maps: 25_000_000 }],
  ["google", "gemini-3-pro-preview", { google_search: 14_000_000 }],
  ["vertex", "gemini-2.5-flash", { google_search: 35_000_000 }],
  ["xai", "grok-4", { web_search: 5_000_000, x_search: 5_000_000, live_search: 25_000_000 }],
  ["mistral", "mistral-medium-latest", { web_search: 30_000_000, web_search_premium: 50_000_000 }],
  ["perplexity", "sonar-deep-research", { web_search: 5_000_000 }],
])("the tools that %s runs for %s cost their own price", (provider, model, tools) => {
  const price = priceOf(provider, model);
  expect(price?.tool_calls).toMatchObject(tools);
  expect(price && priceFault(price)).toBeNull();
});
