import { expect, test } from "vitest";
import { boundOf } from "../../../src/domain/bounds.ts";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { costOf } from "../../../src/domain/pricing.ts";
import { mistralAgents, mistralChat } from "../../../src/providers/mistral/mistral-chat.ts";
import { mistral } from "../../../src/providers/mistral/mistral.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { routeIn } from "../../../src/providers/provider.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";

const model = "voxtral-small-latest";
const messages = [{ role: "user", content: "hello" }];
const withPart = (part: object) => ({ model, messages: [{ role: "user", content: [part] }] });
const priceOf = (name: string) =>
  listPrice({ provider: "mistral", model: name, atMs: Date.UTC(2026, 10, 25) });

test("Mistral refuses stream_options and the newer limit, so neither is ever set", () => {
  const body = { model, messages, stream: true };
  const facts = factsOf(mistralChat, body);
  expect(mistralChat.usageEdits(body, facts)).toEqual([]);
  expect(mistralChat.clampEdits(body, facts, 9)).toEqual([{ path: ["max_tokens"], value: 9 }]);
  // What it doesn't obey is no limit (R23).
  expect(factsOf(mistralChat, { ...body, max_completion_tokens: 5 })).not.toHaveProperty("outputLimit");
});

test("fill-in-the-middle is chat without messages", () => {
  expect(routeIn(mistral, "POST", "/v1/fim/completions")?.metering).toBe(mistralChat);
  const facts = factsOf(mistralChat, { model: "codestral-2508", prompt: "a", suffix: "b", max_tokens: 5 });
  expect(facts).toMatchObject({ model: "codestral-2508", outputLimit: 5 });
});

test("sound is outside of prompt_tokens, and is charged by its seconds in place of its tokens", () => {
  const usage = {
    prompt_audio_seconds: 5,
    prompt_tokens: 11,
    completion_tokens: 15,
    total_tokens: 401,
    prompt_tokens_details: { audio_tokens: 375, cached_tokens: 0 },
  };
  const reading = readBodyOf(mistralChat, 200, { choices: [{ message: { content: "x" } }], usage });
  const read = { input_total: 386, audio_in: 375, input_cached: 0, output_total: 15, seconds: 5 };
  expect(reading.usage).toEqual(read);
  const price = priceOf(model);
  // 11 and 15 tokens at 0.1 and 0.4 USD a million, five seconds at 0.004 USD a minute.
  expect(price && costOf(read, price)).toEqual({ costNanoUsd: 1_100 + 6_000 + 333_333 });
  // An older body states the seconds alone.
  const { usage: older } = readBodyOf(mistralChat, 200, {
    usage: { prompt_audio_seconds: 5, prompt_tokens: 11, completion_tokens: 15, total_tokens: 26 },
  });
  expect(older).toEqual({ input_total: 11, output_total: 15, seconds: 5 });
});

test.each([null, -1, NaN, "5", 1e9])("seconds of %s aren't believed (law 13)", (prompt_audio_seconds) => {
  const usage = { prompt_audio_seconds, prompt_tokens: 1, completion_tokens: 1 };
  expect(readBodyOf(mistralChat, 200, { usage }).usage).toEqual({ input_total: 1, output_total: 1 });
});

test("a stream states usage in a chunk with choices, which the client sees", () => {
  const reader = streamReaderOf(mistralChat, { hideUsage: false });
  const last = {
    choices: [{ index: 0, delta: { content: "hi" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 9, completion_tokens: 1, num_cached_tokens: 4 },
  };
  expect(pushAll(reader, [last, "[DONE]"])).toEqual(["pass", "pass"]);
  expect(reader.reading()).toMatchObject({
    usage: { input_total: 9, input_cached: 4, output_total: 1 },
    complete: true,
  });
});

test.each([
  ["a text", { input_audio: "A".repeat(40_000) }],
  ["a data URL", { input_audio: `data:audio/mp3;base64,${"A".repeat(40_000)}` }],
  ["an object", { input_audio: { data: "A".repeat(40_000) } }],
])("sound as %s is held by how long it can be (R22)", (_, part) => {
  const body = withPart(part);
  const extras = extrasOf(mistralChat, body);
  expect(extras.units).toEqual({ seconds: 30 });
  expect(extras.mediaBytes).toBe(40_000);
  expect(inputTokensBound(JSON.stringify(body).length, extras)).toBeGreaterThanOrEqual(30 * 75);
});

test("sound behind a URL is held as the longest that is taken", () => {
  const { units } = extrasOf(mistralChat, withPart({ input_audio: "https://example.com/a.mp3" }));
  expect(units?.seconds).toBe(10_800);
  const price = priceOf(model);
  const bound = { inputTokens: 10, outputTokens: 0, choices: 1, ...(units && { units }) };
  expect(price && boundOf(bound, price)).toBeGreaterThanOrEqual(720_000_000);
});

test("documents that are only named are bounded by a guess", () => {
  for (const part of [{ document_url: "https://example.com/a.pdf" }, { type: "file", file_id: "f" }]) {
    expect(extrasOf(mistralChat, withPart(part)).tokens).toBeGreaterThanOrEqual(100_000);
  }
  const inline = extrasOf(
    mistralChat,
    withPart({ document_url: `data:application/pdf;base64,${"A".repeat(8_000)}` }),
  );
  expect(inline.mediaBytes).toBe(8_000);
  expect(inline.tokens).toBeGreaterThan(6_000);
});

test("an agent stands in its model's place: it has no list price (law 11), and its instructions aren't seen", () => {
  expect(factsOf(mistralAgents, { agent_id: "ag_1", messages })).toMatchObject({ model: "ag_1" });
  expect(faultOf(mistralAgents, { model, messages })).toBe("agent_id");
  expect(priceOf("ag_1")).toBeNull();
  expect(extrasOf(mistralAgents, { agent_id: "ag_1", messages }).unseenInput).toBe(true);
});

test.each([
  ["POST", "/v1/moderations", "free"],
  ["GET", "/v1/models", "free"],
  ["GET", "/v1/models/mistral-small-latest", "free"],
  ["POST", "/v1/ocr", undefined],
  ["POST", "/v1/conversations", undefined],
  ["POST", "/v1/batch/jobs", undefined],
])("%s %s: %s", (method, path, metering) => {
  expect(routeIn(mistral, method, path)?.metering).toBe(metering);
});
