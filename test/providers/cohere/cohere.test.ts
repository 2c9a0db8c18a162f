import { describe, expect, test } from "vitest";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { cohereChat } from "../../../src/providers/cohere/chat.ts";
import { cohereEmbed } from "../../../src/providers/cohere/embed.ts";
import { cohereRerank } from "../../../src/providers/cohere/rerank.ts";
import { routeOf } from "../../../src/providers/registry.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, readStream, streamReaderOf } from "../support.ts";

const BODY = { model: "command-a-03-2025", messages: [{ role: "user", content: "hi" }] };
const USAGE = {
  billed_units: { input_tokens: 8, output_tokens: 50 },
  tokens: { input_tokens: 1_394, output_tokens: 54 },
  cached_tokens: 1_360,
};
const READ = {
  billed_input: 8,
  billed_output: 50,
  input_total: 1_394,
  output_total: 54,
  input_cached: 1_360,
};

function readAll(events: (JsonObject | string)[]) {
  const reader = streamReaderOf(cohereChat, { hideUsage: false });
  pushAll(reader, events);
  return reader.reading();
}
const text = (text: string) => ({ type: "content-delta", delta: { message: { content: { text } } } });
const end = (delta: JsonObject) => ({ type: "message-end", delta });

describe("chat", () => {
  test("is understood in both versions; the first one's own default model has no price (law 11)", () => {
    expect(factsOf(cohereChat, { ...BODY, stream: true, max_tokens: 9 })).toEqual({
      model: "command-a-03-2025",
      stream: true,
      choices: 1,
      outputLimit: 9,
      usageAsked: true,
    });
    expect(factsOf(cohereChat, { message: "hi" }).model).toBe("");
    expect(factsOf(cohereChat, { prompt: "hi", num_generations: 3 }).choices).toBe(3);
  });

  test.each<[string, JsonObject]>([
    ["model", { model: 7 }],
    ["stream", { stream: "yes" }],
    ["max_tokens", { max_tokens: -1 }],
    ["max_tokens", { max_tokens: 1e300 }],
    ["num_generations", { num_generations: 6 }],
    ["messages", { messages: "hi" }],
  ])("law 13: a wrong %s is named: %j", (param, fields) => {
    expect(faultOf(cohereChat, { ...BODY, ...fields })).toBe(param);
  });

  test("law 3: is clamped in max_tokens", () => {
    const clamp = (body: JsonObject) => cohereChat.clampEdits(body, factsOf(cohereChat, body), 9);
    expect(clamp(BODY)).toEqual([{ path: ["max_tokens"], value: 9 }]);
    expect(clamp({ ...BODY, max_tokens: 10 })).toEqual([{ path: ["max_tokens"], value: 9 }]);
    expect(clamp({ ...BODY, max_tokens: 9 })).toEqual([]);
  });

  test("law 3: an image counts tokens in place of its base64, and what is kept out of sight is said to be", () => {
    const url = `data:image/png;base64,${"A".repeat(100_000)}`;
    const body = { ...BODY, messages: [{ content: [{ type: "image_url", image_url: { url } }] }] };
    const extras = extrasOf(cohereChat, body);
    expect(extras.mediaBytes).toBe(100_000);
    expect(inputTokensBound(JSON.stringify(body).length, extras)).toBeGreaterThan(3_328);
    expect(extras.unseenInput).toBeUndefined();
    expect(extrasOf(cohereChat, { message: "hi", conversation_id: "c" }).unseenInput).toBe(true);
    expect(extrasOf(cohereChat, { message: "hi", connectors: [{ id: "web-search" }] }).unseenInput).toBe(
      true,
    );
  });

  test("R50: billed units are what is charged, tokens are what was read", () => {
    const message = { content: [{ type: "text", text: "abc" }], tool_plan: "de" };
    expect(readBodyOf(cohereChat, 200, { message, finish_reason: "COMPLETE", usage: USAGE })).toEqual({
      usage: READ,
      complete: true,
      failed: false,
      generatedBytes: 5,
    });
  });

  test("streams of the second version end with message-end", () => {
    expect(readAll([text("abc"), text("de"), end({ finish_reason: "COMPLETE", usage: USAGE })])).toEqual({
      usage: READ,
      complete: true,
      failed: false,
      generatedBytes: 5,
    });
  });

  test("streams of the first version end with stream-end, which repeats the text", () => {
    const reading = readAll([
      { event_type: "stream-start", is_finished: false },
      { event_type: "text-generation", text: "abc", is_finished: false },
      { event_type: "stream-end", is_finished: true, response: { text: "abc", meta: USAGE } },
    ]);
    expect(reading).toEqual({ usage: READ, complete: true, failed: false, generatedBytes: 3 });
  });

  test("R26: one that ends with an error states no usage: its bytes are what is known", () => {
    const failed = end({ finish_reason: "ERROR", usage: {}, error: "invalid tool generation" });
    expect(readAll([text("abc"), failed])).toEqual({
      usage: null,
      complete: true,
      failed: true,
      generatedBytes: 3,
    });
    expect(readAll([text("abc")])).toMatchObject({ usage: null, complete: false, failed: false });
  });

  test("tool calls and thoughts are generated, too", () => {
    const call = { function: { name: "f", arguments: "{}" } };
    const delta = (message: JsonObject) => ({ type: "x", delta: { message } });
    expect(readAll([delta({ tool_calls: call }), delta({ content: { thinking: "ab" } })])).toMatchObject({
      generatedBytes: 5,
    });
  });

  test.each([-1, 0.5, 1e12, "8", null])("law 13: a count of %s isn't believed", (count) => {
    const usage = { billed_units: { input_tokens: count }, tokens: { output_tokens: count } };
    expect(readBodyOf(cohereChat, 200, { usage }).usage).toBeNull();
  });

  test("R47: an explicit zero is a zero; an error body is a failure", () => {
    const usage = { billed_units: { input_tokens: 0, output_tokens: 0 } };
    expect(readBodyOf(cohereChat, 200, { usage }).usage).toMatchObject({ billed_input: 0, billed_output: 0 });
    expect(readBodyOf(cohereChat, 404, { message: "model 'x' not found" })).toEqual({
      usage: null,
      complete: true,
      failed: true,
      generatedBytes: 0,
    });
  });

  test("the stream may be cut anywhere, and needs no last blank line", () => {
    const events = [text("Grüße"), end({ finish_reason: "COMPLETE", usage: USAGE })];
    const sse = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}`).join("\n\n");
    for (const size of [1, 2, 3, 5, 17, 1_000]) {
      const reader = streamReaderOf(cohereChat, { hideUsage: false });
      readStream(reader, sse, size);
      expect(reader.reading()).toMatchObject({ usage: READ, complete: true });
    }
  });
});

describe("embeddings", () => {
  test("R21: have no output, and a picture's tokens are billed beside the text's", () => {
    expect(factsOf(cohereEmbed, { model: "embed-v4.0", texts: ["a"] }).outputLimit).toBe(0);
    const meta = { billed_units: { input_tokens: 3, image_tokens: 20 } };
    expect(readBodyOf(cohereEmbed, 200, { meta }).usage).toEqual({
      billed_input: 23,
      billed_output: 0,
      input_total: 23,
      output_total: 0,
      image_in: 20,
    });
  });

  test("R51: pictures are held by their tokens and by their number", () => {
    const url = `data:image/png;base64,${"A".repeat(1_000)}`;
    const images = extrasOf(cohereEmbed, { model: "embed-english-v3.0", images: [url, url] });
    expect(images).toMatchObject({ mediaBytes: 2_000, units: { images: 2 } });
    const inputs = [{ content: [{ type: "image_url", image_url: { url } }] }];
    expect(extrasOf(cohereEmbed, { model: "embed-v4.0", inputs }).tokens).toBeGreaterThan(3_328);
    const stated = readBodyOf(cohereEmbed, 200, { meta: { billed_units: { images: 2 } } }).usage;
    expect(stated).toEqual({ images: 2 });
  });
});

describe("reranks", () => {
  const units = (documents: unknown[], fields: JsonObject = {}) =>
    extrasOf(cohereRerank, { model: "rerank-v3.5", query: "q", documents, ...fields }).units?.search_units;

  test("R51: are held by the searches that the documents can make", () => {
    expect(units(["a", "b"])).toBe(1);
    expect(units(Array.from({ length: 100 }, () => "a"))).toBe(1);
    expect(units(Array.from({ length: 101 }, () => "a"))).toBe(2);
    expect(units(Array.from({ length: 100 }, () => "a".repeat(251)))).toBe(2);
    expect(units([])).toBe(1);
    // Each is cut off after 4,096 tokens, or where the call says.
    const long = Array.from({ length: 10 }, () => ({ text: "a".repeat(50_000) }));
    expect(units(long)).toBe(2);
    expect(units(long, { max_tokens_per_doc: 50_000 })).toBe(20);
    expect(units(long, { max_chunks_per_doc: 1_000 })).toBe(21);
  });

  test("are charged by the searches that are stated", () => {
    const meta = { billed_units: { search_units: 1 } };
    expect(readBodyOf(cohereRerank, 200, { results: [], meta }).usage).toEqual({ search_units: 1 });
  });
});

test("its paths; what counts tokens is free, and classifications can't be metered", () => {
  const metering = (path: string) => routeOf("POST", `/cohere${path}`)?.metering;
  for (const path of ["/v1/chat", "/v2/chat", "/v1/generate"]) expect(metering(path)).toBe(cohereChat);
  expect(metering("/v2/rerank")).toBe(cohereRerank);
  expect(metering("/v1/embed")).toBe(cohereEmbed);
  expect(metering("/v1/tokenize")).toBe("free");
  expect(metering("/v1/classify")).toBeNull();
  expect(routeOf("POST", "/cohere/v2/chat")?.envelope).toBe("message");
  expect(routeOf("POST", "/cohere/compatibility/v1/chat/completions")?.envelope).toBe("openai");
});
