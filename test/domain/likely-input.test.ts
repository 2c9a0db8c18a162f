import { expect, test } from "vitest";
import { settledUsage } from "../../src/domain/estimate.ts";
import { likelyInputTokens } from "../../src/domain/likely-input.ts";

const likely = (
  body: unknown,
  more: { mediaBytes?: number; tokens?: number; spareTokens?: number; factor?: number } = {},
) => likelyInputTokens({ body, mediaBytes: 0, tokens: 0, factor: 1, ...more });

test("R49: the likely input is that of the texts, not of their punctuation", () => {
  const content = "a".repeat(400);
  // 400 letters by four, and the message's framing; whose it is, and what kind, is no text.
  expect(likely({ model: "m", messages: [{ role: "user", content }] })).toBe(104);
  expect(likely({ messages: [{ role: "user", content: [{ type: "text", text: content }] }] })).toBe(104);
  expect(likely({ input: content, temperature: 0.5 })).toBe(100);
  expect(likely({ input: [[1, 2], [3]] })).toBe(3);
});

test("other scripts take more tokens, newer tokenizers too, and media are counted apart", () => {
  expect(likely({ input: "価".repeat(120) })).toBe(100);
  expect(likely({ input: "a".repeat(400) }, { factor: 1.35 })).toBe(135);
  expect(likely({ input: "a" }, { tokens: 64, spareTokens: 64 })).toBe(1);
  const data = "A".repeat(40_000);
  expect(likely({ input: [{ image: data }] }, { mediaBytes: 40_000, tokens: 765 })).toBeLessThan(800);
});

test("names count in the schemas of tools", () => {
  const schema = (name: string) => ({
    tools: [{ function: { parameters: { properties: { [name]: {} } } } }],
  });
  expect(likely(schema("a".repeat(400))) - likely(schema("a"))).toBe(100);
});

test("a deep and wide body takes neither recursion nor time", () => {
  let deep: unknown = "x";
  for (let i = 0; i < 200_000; i++) deep = [deep];
  expect(likely({ deep })).toBe(1);
});

test("no estimate of an output is above what the provider was told to write", () => {
  const long = { usage: null, complete: true, failed: false, generatedBytes: 30_000 };
  const call = { inputTokens: 1, model: "m", hiddenTokens: 5_000, mostOutputTokens: 256 };
  expect(settledUsage(long, call)?.usage.output_total).toBe(256);
  expect(settledUsage({ ...long, complete: false }, call)?.usage.output_total).toBe(256);
  const stated = { ...long, usage: { input_total: 1, output_total: 300 } };
  expect(settledUsage(stated, call)?.usage.output_total).toBe(300);
});
