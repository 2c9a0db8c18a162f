import { expect, test } from "vitest";
import type { InputExtras } from "../../src/domain/estimate.ts";
import { inputTokensBound, inputTokensEstimate, settledUsage } from "../../src/domain/estimate.ts";
import { MAX_TOKENS_PER_CALL } from "../../src/domain/usage.ts";

const NONE: InputExtras = {
  mediaBytes: 0,
  tokens: 0,
  readings: 1,
  resultTokens: 0,
  audioTokens: 0,
  outputTokens: 0,
  audioOutput: false,
  cacheWrites: "none",
  toolCalls: {},
};
const bytes = (text: string) => new TextEncoder().encode(text);

test("the bound of the input is its bytes, with tokens for media in place of their base64", () => {
  expect(inputTokensBound(1_000, NONE)).toBe(1_000);
  expect(inputTokensBound(1_000, { ...NONE, mediaBytes: 900, tokens: 85 })).toBe(185);
  expect(inputTokensBound(1_000, { ...NONE, mediaBytes: 5_000 })).toBe(0);
});

test("a provider-run tool makes the provider read the input again, with what the tool found", () => {
  expect(inputTokensBound(1_000, { ...NONE, tokens: 50, readings: 3, resultTokens: 700 })).toBe(3_850);
});

test("law 13: a bound never leaves what a call may report", () => {
  expect(inputTokensBound(MAX_TOKENS_PER_CALL, { ...NONE, readings: 1_000 })).toBe(MAX_TOKENS_PER_CALL);
});

test("the estimate takes three ASCII bytes, or two and a half others, for a token, rounded up", () => {
  expect(inputTokensEstimate(bytes("a".repeat(301)), NONE, "gpt-4o")).toBe(101);
  expect(inputTokensEstimate(bytes("漢".repeat(10)), NONE, "gpt-4o")).toBe(12);
  expect(inputTokensEstimate(bytes("a".repeat(100)), { ...NONE, mediaBytes: 70, tokens: 5 }, "gpt-4o")).toBe(
    15,
  );
});

test.each([
  ["claude-3-5-haiku-latest", 100],
  ["claude-sonnet-4-20250514", 100],
  ["claude-sonnet-4-5", 100],
  ["claude-sonnet-4-5-20250929", 100],
  ["claude-opus-4-6", 100],
  ["anthropic.claude-haiku-4-5-20251001-v1:0", 100],
  ["claude-opus-4-7", 135],
  ["claude-sonnet-5", 135],
  ["claude-anything-else", 135],
  ["gpt-5", 100],
])("%s makes %d tokens of 300 bytes: newer Claude tokenizers make more", (model, tokens) => {
  expect(inputTokensEstimate(bytes("a".repeat(300)), NONE, model)).toBe(tokens);
});

test("an estimate never exceeds the bound", () => {
  expect(inputTokensEstimate(bytes("é"), NONE, "claude-opus-4-7")).toBe(2);
});

const INPUT = { inputTokens: 70, model: "gpt-4o" };

test("a whole report is settled as it is, explicit zeros too (R47)", () => {
  const usage = { input_total: 0, output_total: 0 };
  expect(settledUsage({ usage, complete: true, failed: false, generatedBytes: 500 }, INPUT)).toEqual({
    usage,
    estimated: false,
  });
});

test("R49: an answer with no report is estimated from the bytes seen, never free", () => {
  expect(settledUsage({ usage: null, complete: true, failed: false, generatedBytes: 10 }, INPUT)).toEqual({
    usage: { input_total: 70, output_total: 4 },
    estimated: true,
  });
});

test("R26: a stream that failed after it generated is estimated, not refunded", () => {
  expect(settledUsage({ usage: null, complete: false, failed: true, generatedBytes: 300 }, INPUT)).toEqual({
    usage: { input_total: 70, output_total: 100 },
    estimated: true,
  });
});

test("R26: a stream that failed before its end keeps what it had stated", () => {
  const usage = { input_total: 90, output_total: 1, input_cached: 5 };
  expect(settledUsage({ usage, complete: false, failed: true, generatedBytes: 0 }, INPUT)).toEqual({
    usage,
    estimated: false,
  });
});

test("a stream that broke off is settled at the greater of the output stated and the output seen", () => {
  const usage = { input_total: 90, output_total: 1 };
  expect(settledUsage({ usage, complete: false, failed: false, generatedBytes: 30 }, INPUT)).toEqual({
    usage: { input_total: 90, output_total: 10 },
    estimated: true,
  });
});

test("an error in place of an answer was not billed", () => {
  expect(settledUsage({ usage: null, complete: true, failed: true, generatedBytes: 0 }, INPUT)).toBeNull();
});

test("a report that lacks its output is filled from the bytes seen and marked", () => {
  expect(
    settledUsage({ usage: { input_total: 5 }, complete: true, failed: false, generatedBytes: 3 }, INPUT),
  ).toEqual({ usage: { input_total: 5, output_total: 1 }, estimated: true });
});

test("law 3: an estimate of the output isn't above what the call may write, but a report may be", () => {
  const seen = { usage: null, complete: true, failed: false, generatedBytes: 3_000 };
  const call = { inputTokens: 5, model: "gpt-4o", mostOutputTokens: 20 };
  expect(settledUsage(seen, call)?.usage).toEqual({ input_total: 5, output_total: 20 });
  expect(settledUsage({ ...seen, complete: false }, { ...call, hiddenTokens: 900 })?.usage.output_total).toBe(
    20,
  );
  const reported = { ...seen, usage: { input_total: 5, output_total: 30 } };
  expect(settledUsage(reported, call)).toEqual({ usage: reported.usage, estimated: false });
});
