import { describe, expect, test } from "vitest";
import { costOf } from "../../../src/domain/pricing.ts";
import { mistral, mistralChat } from "../../../src/providers/mistral/mistral.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf, wireAt } from "../support.ts";

const BODY = { model: "mistral-small-latest", messages: [{ role: "user", content: "hi" }] };

test("it refuses fields that it doesn't know: no newer limit is set, and no usage asked for", () => {
  const body = { ...BODY, stream: true };
  const facts = factsOf(mistralChat, body);
  expect(mistralChat.usageEdits(body, facts)).toEqual([]);
  expect(mistralChat.clampEdits(body, facts, 9)).toEqual([{ path: ["max_tokens"], value: 9 }]);
  expect(factsOf(mistralChat, { ...BODY, max_completion_tokens: 50 }).outputLimit).toBeUndefined();
});

test("usage comes in a chunk with choices, which the client gets", () => {
  const reader = streamReaderOf(mistralChat, { hideUsage: false });
  const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11, num_cached_tokens: 4 };
  const verdicts = pushAll(reader, [
    { choices: [{ index: 0, delta: { content: [{ type: "text", text: "ab" }] } }] },
    { choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop" }], usage },
    "[DONE]",
  ]);
  expect(verdicts).toEqual(["pass", "pass", "pass"]);
  expect(reader.reading()).toMatchObject({
    usage: { input_total: 9, input_cached: 4, output_total: 2 },
    complete: true,
    generatedBytes: 2,
  });
});

describe("sound", () => {
  const usage = {
    prompt_tokens: 11,
    completion_tokens: 15,
    total_tokens: 401,
    prompt_audio_seconds: 5,
    prompt_tokens_details: { audio_tokens: 375, cached_tokens: 9 },
  };

  test("R50, R51: is outside prompt_tokens, and charged by its length", () => {
    const read = readBodyOf(mistralChat, 200, { choices: [], usage }).usage;
    expect(read).toEqual({
      input_total: 386,
      input_cached: 9,
      audio_in: 375,
      output_total: 15,
      seconds: 5,
    });
    const price = listPrice({
      provider: "mistral",
      model: "voxtral-small-2507",
      atMs: Date.UTC(2026, 10, 22),
    });
    const text = price && costOf({ input_total: 11, input_cached: 9, output_total: 15 }, price);
    const whole = price && read && costOf(read, price);
    if (!text || !whole || "refused" in text || "refused" in whole) throw new Error("no price");
    expect(whole.costNanoUsd - text.costNanoUsd).toBe(Math.round((0.004e9 / 60) * 5));
  });

  test("that OpenAI counts inside stays inside", () => {
    const inside = { ...usage, prompt_tokens: 386 };
    expect(readBodyOf(mistralChat, 200, { usage: inside }).usage?.input_total).toBe(386);
  });

  test.each([-1, "5", 1e12, null])("law 13: a length of %s isn't believed", (seconds) => {
    const stated = { prompt_tokens: 1, completion_tokens: 1, prompt_audio_seconds: seconds };
    expect(readBodyOf(mistralChat, 200, { usage: stated }).usage?.seconds).toBeUndefined();
  });

  test("law 3: is held by its bytes, as text, object or URL", () => {
    const held = (input_audio: unknown) =>
      extrasOf(mistralChat, {
        model: "voxtral-small-latest",
        messages: [{ content: [{ type: "input_audio", input_audio }] }],
      });
    const base64 = "A".repeat(80_000);
    const bare = held(base64);
    expect(bare).toMatchObject({ mediaBytes: 80_000, units: { seconds: 60 } });
    expect(bare.audioTokens).toBeGreaterThanOrEqual(750);
    expect(held({ data: base64 })).toEqual(bare);
    expect(held("AAAA").audioTokens).toBeGreaterThanOrEqual(375);
    expect(held("https://a.test/b.mp3")).toMatchObject({ mediaBytes: 0, units: { seconds: 10_800 } });
  });
});

test("law 3: a document behind a URL is held at a guess of its size", () => {
  const messages = [{ content: [{ type: "document_url", document_url: "https://a.test/b.pdf" }] }];
  expect(extrasOf(mistralChat, { ...BODY, messages }).tokens).toBeGreaterThan(100_000);
});

describe("agents", () => {
  const agents = wireAt(mistral, "/v1/agents/completions");

  test("stand for the model that only the answer names", () => {
    expect(factsOf(agents, { agent_id: "ag_1", messages: [], max_tokens: 5 })).toMatchObject({
      model: "ag_1",
      outputLimit: 5,
    });
    expect(faultOf(agents, { messages: [] })).toBe("agent_id");
    expect(agents.namesDeployment).toBe(true);
    expect(extrasOf(agents, { agent_id: "ag_1", messages: [] }).unseenInput).toBe(true);
  });
});

test("its paths: what fills a gap is read as chat, and OCR isn't metered", () => {
  const body: JsonObject = { model: "codestral-latest", prompt: "a", suffix: "b", max_tokens: 16 };
  expect(factsOf(wireAt(mistral, "/v1/fim/completions"), body).outputLimit).toBe(16);
  expect(wireAt(mistral, "/v1/audio/transcriptions").takesForms).toBe(true);
  expect(() => wireAt(mistral, "/v1/ocr")).toThrow("isn't metered");
  expect(() => wireAt(mistral, "/v1/moderations")).toThrow("isn't metered");
});
