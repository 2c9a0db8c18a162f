import { expect, test } from "vitest";
import { maxOutputTokens } from "../../../src/providers/prices/output-limits.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";

const AT_MS = Date.parse("2026-11-25");

function rates(model: string, tier?: string) {
  const options = tier === undefined ? {} : { options: { tier } };
  return listPrice({ provider: "bedrock", model, atMs: AT_MS, ...options })?.rates ?? null;
}
const usd = (perMillion: number) => Math.round(perMillion * 1e9);

test.each([
  ["anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5],
  ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5],
  ["global.anthropic.claude-sonnet-4-5-20250929-v1:0", 3, 15],
  // Older ones cost the same everywhere.
  ["us.anthropic.claude-3-5-haiku-20241022-v1:0", 0.8, 4],
  ["apac.amazon.nova-lite-v1:0", 0.06, 0.24],
  ["cohere.command-r-plus-v1:0", 3, 15],
])("R22, R50: %s costs %d and %d USD a million, the premium of a region within", (model, input, output) => {
  expect(rates(model)).toMatchObject({ input: usd(input), output: usd(output) });
});

test("Titan's second embedding isn't charged as its first", () => {
  expect(rates("amazon.titan-embed-text-v1")).toEqual({ input: usd(0.1) });
  expect(rates("amazon.titan-embed-text-v2:0")).toEqual({ input: usd(0.02) });
});

test.each([
  "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc",
  "arn:aws:bedrock:us-east-1:1:custom-model/amazon.nova-lite-v1:0:300k/abc",
  "moonshot.kimi-k2-thinking",
  "amazon.titan-embed-image-v1",
  "cohere.rerank-v3-5:0",
])("law 11: %s has no known price", (model) => {
  expect(rates(model)).toBeNull();
});

test("R52: what a dearer service costs isn't known, so it isn't sold as the list; a cheaper one is", () => {
  const model = "amazon.nova-lite-v1:0";
  expect(rates(model, "priority")).toBeNull();
  expect(rates(model, "optimized")).toBeNull();
  for (const tier of ["flex", "default standard"]) {
    expect(rates(model, tier)).toMatchObject({ input: usd(0.06) });
  }
});

test("a rerank is charged by the search", () => {
  const price = listPrice({ provider: "bedrock", model: "amazon.rerank-v1:0", atMs: AT_MS });
  expect(price?.units).toEqual({ search_units: 1_000_000_000_000 });
});

test.each([
  ["anthropic.claude-3-haiku-20240307-v1:0", 4_096],
  ["us.anthropic.claude-sonnet-4-20250514-v1:0", 64_000],
  ["global.anthropic.claude-opus-4-5-20251101-v1:0", 64_000],
  ["us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0", 128_000],
  ["anthropic.claude-v2:1", 8_192],
  ["us.anthropic.claude-opus-4-8", 128_000],
  ["us.amazon.nova-micro-v1:0", 10_000],
  ["us.amazon.nova-2-lite-v1:0", 131_072],
  ["us.meta.llama3-1-70b-instruct-v1:0", 8_192],
  ["openai.gpt-oss-120b-1:0", 131_072],
])("R9: %s writes at most %i tokens", (model, tokens) => {
  expect(maxOutputTokens(model)).toBe(tokens);
});
