import { describe, expect, test } from "vitest";
import { costOf } from "../../../src/domain/pricing.ts";
import type { Usage } from "../../../src/domain/usage.ts";
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

test("its paths: what fills a gap is read as chat", () => {
  const body: JsonObject = { model: "codestral-latest", prompt: "a", suffix: "b", max_tokens: 16 };
  expect(factsOf(wireAt(mistral, "/v1/fim/completions"), body).outputLimit).toBe(16);
  expect(wireAt(mistral, "/v1/audio/transcriptions").takesForms).toBe(true);
  expect(() => wireAt(mistral, "/v1/moderations")).toThrow("isn't metered");
});

describe("OCR", () => {
  const ocr = wireAt(mistral, "/v1/ocr");
  const DOCUMENT = { type: "document_url", document_url: "https://x.test/a.pdf" };
  const inline = (bytes: number) => `data:application/pdf;base64,${Buffer.alloc(bytes).toString("base64")}`;
  const held = (body: JsonObject) => extrasOf(ocr, { model: "mistral-ocr-latest", ...body }).units;

  test.each<[string, JsonObject, number]>([
    ["a document that is only named", { document: DOCUMENT }, 1_000],
    ["one that is uploaded", { document: { type: "file", file_id: "f" } }, 1_000],
    ["one inline", { document: { document_url: inline(10_000) } }, 3],
    ["a picture", { document: { type: "image_url", image_url: "https://x.test/a.png" } }, 1],
    ["a picture in an object", { document: { image_url: { url: "https://x.test/a.png" } } }, 1],
    ["some pages", { document: DOCUMENT, pages: [0, 4, 7] }, 3],
    ["ranges", { document: DOCUMENT, pages: "0-5, 7" }, 7],
    ["more than there are", { document: { document_url: inline(3_000) }, pages: "0-99" }, 1],
    ["a word", { document: DOCUMENT, pages: "all" }, 1_000],
    ["no list of numbers", { document: DOCUMENT, pages: ["0-900"] }, 1_000],
  ])("R51: %s is held by its pages", (_, body, pages) => {
    expect(held(body)).toEqual({ pages });
  });

  test("R51: an annotation is held on top, and what is inline isn't text", () => {
    const document = { document_url: inline(6_000) };
    const body = { model: "m", document, document_annotation_format: { type: "json_schema" } };
    expect(extrasOf(ocr, body)).toMatchObject({
      units: { pages: 2, annotated_pages: 2 },
      mediaBytes: 8_000,
    });
  });

  test.each<[JsonObject, Usage | null]>([
    [{ usage_info: { pages_processed: 3, doc_size_bytes: 9 } }, { pages: 3 }],
    [{ usage_info: { pages_processed: 0, pages_processed_annotation: 2 } }, { pages: 0, annotated_pages: 2 }],
    [{ pages: [{ index: 0 }, { index: 1 }] }, { pages: 2 }],
    [{ pages: [], usage_info: { pages_processed: -1 } }, null],
  ])("R51: the pages of %j are counted", (answer, usage) => {
    const reading = readBodyOf(ocr, 200, { model: "mistral-ocr-4-1", ...answer });
    expect(reading).toMatchObject({ usage, complete: true, failed: false, model: "mistral-ocr-4-1" });
  });

  test("R51: a call costs its pages", () => {
    const price = listPrice({
      provider: "mistral",
      model: "mistral-ocr-latest",
      atMs: Date.UTC(2026, 10, 22),
    });
    expect(price && costOf({ pages: 2, annotated_pages: 1 }, price)).toEqual({ costNanoUsd: 13_000_000 });
    expect(faultOf(ocr, { document: DOCUMENT })).toBe("model");
    expect(readBodyOf(ocr, 422, { detail: [] })).toMatchObject({ usage: null, failed: true });
  });
});
