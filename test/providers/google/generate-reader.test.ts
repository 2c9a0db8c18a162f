import { describe, expect, test } from "vitest";
import { settledUsage } from "../../../src/domain/estimate.ts";
import { geminiGenerate } from "../../../src/providers/google/generate.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { pushAll, readStream } from "../support.ts";
import { callAt, FLASH, FLASH_STREAM } from "./support.ts";

const text = (said: string, more: JsonObject = {}) => ({
  content: { parts: [{ text: said }], role: "model" },
  index: 0,
  ...more,
});
const chunk = (said: string, usageMetadata?: JsonObject, more: JsonObject = {}) => ({
  candidates: [text(said, more)],
  ...(usageMetadata && { usageMetadata }),
  modelVersion: "gemini-2.5-flash",
});
const DONE = { finishReason: "STOP" };
const reader = (path = FLASH_STREAM, body: JsonObject = {}) =>
  geminiGenerate.streamReader({ hideUsage: false }, callAt(geminiGenerate, path, body));
const read = (body: unknown, status = 200, path = FLASH) =>
  geminiGenerate.readBody(status, body, callAt(geminiGenerate, path));
const usageOf = (usageMetadata: JsonObject) => read({ candidates: [text("a", DONE)], usageMetadata }).usage;

describe("usage", () => {
  test("thoughts are output, and what tools brought is input", () => {
    const usage = usageOf({
      promptTokenCount: 10,
      toolUsePromptTokenCount: 5,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 7,
      thoughtsTokenCount: 20,
      totalTokenCount: 42,
    });
    expect(usage).toEqual({ input_total: 15, input_cached: 4, output_total: 27, reasoning: 20 });
  });

  test("sound and pictures are told apart, by the modality's name or its number", () => {
    const named = usageOf({
      promptTokenCount: 10,
      candidatesTokenCount: 9,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 4 },
        { modality: "AUDIO", tokenCount: 6 },
      ],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 9 }],
    });
    expect(named).toEqual({ input_total: 10, output_total: 9, audio_in: 6, image_out: 9 });
    const numbered = usageOf({
      promptTokenCount: 10,
      candidatesTokenCount: 9,
      promptTokensDetails: [{ modality: 2, tokenCount: 10 }],
      candidatesTokensDetails: [{ modality: 4, tokenCount: 9 }],
    });
    expect(numbered).toEqual({ input_total: 10, output_total: 9, image_in: 10, audio_out: 9 });
  });

  test("a count of zero is left out, and the total then says that it is one (R47)", () => {
    expect(usageOf({ promptTokenCount: 12, totalTokenCount: 12 })).toEqual({
      input_total: 12,
      output_total: 0,
    });
    expect(usageOf({ promptTokenCount: 12 })).toEqual({ input_total: 12 });
  });

  test("an explicit zero is a zero, an absent usage is none (R47, R49)", () => {
    expect(usageOf({ promptTokenCount: 0, candidatesTokenCount: 0 })).toEqual({
      input_total: 0,
      output_total: 0,
    });
    expect(read({ candidates: [text("a", DONE)] }).usage).toBeNull();
    expect(usageOf({})).toBeNull();
  });

  test.each([-1, 1.5, Number.NaN, 1e12, "7", null, true])(
    "law 13, R32: a count of %s is not believed",
    (count) => {
      expect(usageOf({ promptTokenCount: count, candidatesTokenCount: 3 })).toEqual({ output_total: 3 });
      expect(usageOf({ promptTokenCount: count, candidatesTokenCount: count })).toBeNull();
    },
  );

  test("the tier is Gemini's or that of Vertex's traffic", () => {
    const tier = (usageMetadata: JsonObject) =>
      read({ candidates: [], usageMetadata: { promptTokenCount: 1, ...usageMetadata } }).serviceTier;
    expect(tier({ serviceTier: "priority" })).toBe("priority");
    expect(tier({ serviceTier: "SERVICE_TIER_FLEX" })).toBe("flex");
    expect(tier({ trafficType: "ON_DEMAND_FLEX" })).toBe("flex");
    expect(tier({ trafficType: "ON_DEMAND" })).toBe("standard");
    expect(tier({ trafficType: 1 })).toBe("standard");
    expect(tier({})).toBeUndefined();
  });
});

describe("a stream", () => {
  test("states usage in every chunk, and the last holds, though a count in it is smaller", () => {
    const stream = reader();
    pushAll(stream, [
      chunk("Hel", { promptTokenCount: 90, candidatesTokenCount: 1, totalTokenCount: 91 }),
      chunk("lo", { promptTokenCount: 80, candidatesTokenCount: 2, totalTokenCount: 82 }, DONE),
    ]);
    expect(stream.reading()).toMatchObject({
      usage: { input_total: 80, output_total: 2 },
      complete: true,
      failed: false,
      generatedBytes: 5,
      model: "gemini-2.5-flash",
    });
  });

  test("a count that the last chunk leaves out holds on where its total has room for it", () => {
    const before = { promptTokenCount: 9, candidatesTokenCount: 15, totalTokenCount: 24 };
    const after = (last: JsonObject) => {
      const stream = reader();
      pushAll(stream, [chunk("a", before), chunk("", last, DONE)]);
      return stream.reading().usage;
    };
    expect(after({ promptTokenCount: 9, thoughtsTokenCount: 4, totalTokenCount: 28 })).toMatchObject({
      output_total: 19,
    });
    expect(after({ promptTokenCount: 9, thoughtsTokenCount: 4 })).toMatchObject({ output_total: 19 });
    // The total says that nothing else is in there.
    expect(after({ promptTokenCount: 9, thoughtsTokenCount: 4, totalTokenCount: 13 })).toMatchObject({
      output_total: 4,
    });
  });

  test("is read the same however it is cut, with CRLF and with no event after the last chunk", () => {
    const chunks = [
      chunk("Grüße 🌍", { promptTokenCount: 4, totalTokenCount: 4 }),
      chunk(".", { promptTokenCount: 4, candidatesTokenCount: 6, totalTokenCount: 10 }, DONE),
    ];
    const whole = chunks.map((data) => `data: ${JSON.stringify(data)}\r\n\r\n`).join("");
    const readings = [1, 2, 3, 7, 64, 4_096].map((pieceBytes) => {
      const stream = reader();
      readStream(stream, whole, pieceBytes);
      return stream.reading();
    });
    for (const reading of readings) expect(reading).toEqual(readings[0]);
    expect(readings[0]).toMatchObject({ complete: true, usage: { input_total: 4, output_total: 6 } });
  });

  test("R26: one that breaks off is not complete, and costs what was seen at least", () => {
    const stream = reader();
    pushAll(stream, [chunk("x".repeat(300), { promptTokenCount: 5, totalTokenCount: 5 })]);
    const reading = stream.reading();
    expect(reading.complete).toBe(false);
    const settled = settledUsage(reading, { inputTokens: 50, model: "gemini-2.5-flash" });
    expect(settled).toEqual({ usage: { input_total: 5, output_total: 100 }, estimated: true });
  });

  test("is complete when each candidate has ended, and stays so when usage follows", () => {
    const stream = reader();
    pushAll(stream, [{ candidates: [text("a"), { index: 1, content: { parts: [{ text: "b" }] } }] }]);
    pushAll(stream, [{ candidates: [text("", DONE)] }]);
    expect(stream.reading().complete).toBe(false);
    pushAll(stream, [{ candidates: [{ index: 1, finishReason: 1 }] }]);
    expect(stream.reading().complete).toBe(true);
    pushAll(stream, [chunk("", { promptTokenCount: 1, candidatesTokenCount: 2 })]);
    expect(stream.reading()).toMatchObject({ complete: true, usage: { output_total: 2 } });
  });

  test("with a blocked prompt is complete, with no candidate", () => {
    const stream = reader();
    pushAll(stream, [
      {
        promptFeedback: { blockReason: "SAFETY" },
        usageMetadata: { promptTokenCount: 8, totalTokenCount: 8 },
      },
    ]);
    expect(stream.reading()).toMatchObject({
      complete: true,
      failed: false,
      usage: { input_total: 8, output_total: 0 },
    });
  });

  test("fails where an error comes inside of it, and what it had cost is kept (R26)", () => {
    const stream = reader();
    pushAll(stream, [
      chunk("abc", { promptTokenCount: 3, candidatesTokenCount: 1 }),
      { error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } },
    ]);
    expect(stream.reading()).toMatchObject({ complete: false, failed: true, generatedBytes: 3 });
    expect(stream.reading().usage).toEqual({ input_total: 3, output_total: 1 });
  });

  test("as a JSON array is read like its elements", () => {
    const chunks = [
      chunk("a", { promptTokenCount: 4, totalTokenCount: 4 }),
      chunk("b", { promptTokenCount: 4, candidatesTokenCount: 2 }, DONE),
    ];
    const stream = reader();
    pushAll(stream, chunks);
    expect(read(chunks, 200, FLASH_STREAM)).toEqual(stream.reading());
  });

  test("that isn't Gemini's hides nothing and throws nothing", () => {
    const verdicts = pushAll(reader(), [
      "[DONE]",
      "{",
      "null",
      "[]",
      "",
      '{"candidates":7,"usageMetadata":[]}',
    ]);
    expect(verdicts).toEqual(Array<string>(6).fill("pass"));
  });
});

describe("an error", () => {
  const error = { error: { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT" } };

  test("in place of the answer or of the array costs nothing", () => {
    for (const body of [error, [error]]) {
      const reading = read(body, 400);
      expect(reading).toMatchObject({ usage: null, failed: true, generatedBytes: 0 });
      expect(settledUsage(reading, { inputTokens: 9, model: "gemini-2.5-flash" })).toBeNull();
    }
    expect(read(undefined, 502)).toMatchObject({ usage: null, complete: false, failed: true });
  });
});

describe("searches", () => {
  const grounded = (...webSearchQueries: string[]) => ({ groundingMetadata: { webSearchQueries } });
  const callsOf = (model: string, candidates: JsonObject[], body: JsonObject = {}) => {
    const path = `/v1beta/models/${model}:streamGenerateContent`;
    const stream = reader(path, body);
    pushAll(
      stream,
      candidates.map((candidate) => ({ candidates: [candidate], usageMetadata: { promptTokenCount: 1 } })),
    );
    return stream.reading().usage?.tool_calls;
  };

  test("are billed each from Gemini 3 on, and once a prompt before", () => {
    const answer = [text("a"), text("b", { ...grounded("one", "two", "two", " "), ...DONE })];
    expect(callsOf("gemini-3-flash-preview", answer)).toEqual({ google_search: 2 });
    expect(callsOf("gemini-4-argon", answer)).toEqual({ google_search: 2 });
    expect(callsOf("gemini-2.5-flash", answer)).toEqual({ google_search: 1 });
  });

  test("that are told again in a later chunk count once", () => {
    const answer = [text("a", grounded("one")), text("b", grounded("one", "two"))];
    expect(callsOf("gemini-3-flash-preview", answer)).toEqual({ google_search: 2 });
  });

  test("are none where a page was read without one", () => {
    expect(
      callsOf("gemini-2.5-flash", [text("a", { groundingMetadata: { groundingChunks: [{ web: {} }] } })]),
    ).toBeUndefined();
  });

  test("on the map, and for enterprises, have names of their own", () => {
    const map = { groundingMetadata: { groundingChunks: [{ maps: { uri: "u" } }] } };
    expect(callsOf("gemini-2.5-flash", [text("a", map)])).toEqual({ google_maps: 1 });
    const tools = [{ enterpriseWebSearch: {} }];
    expect(callsOf("gemini-2.5-flash", [text("a", grounded("q"))], { tools })).toEqual({
      enterprise_web_search: 1,
    });
  });
});

describe("what was generated", () => {
  test("is text, thoughts, calls of functions and code", () => {
    const parts = [
      { text: "ab", thought: true },
      { functionCall: { name: "f", args: { a: 1 } } },
      { executableCode: { code: "print(1)" } },
      { codeExecutionResult: { output: "not the model's" } },
    ];
    expect(read({ candidates: [{ content: { parts }, ...DONE }] }).generatedBytes).toBe(2 + 1 + 7 + 8);
  });

  test("R51: a picture or speech with no usage stated is not free", () => {
    const media = (mimeType: string, data: string) =>
      read({ candidates: [{ content: { parts: [{ inlineData: { mimeType, data } }] }, ...DONE }] });
    expect(media("image/png", "AAAA").usage).toEqual({ output_total: 1_290, image_out: 1_290 });
    // A second of speech: 48,000 bytes.
    expect(media("audio/L16;rate=24000", "A".repeat(64_000)).usage).toEqual({
      output_total: 32,
      audio_out: 32,
    });
    expect(media("image/png", "AAAA").generatedBytes).toBe(0);
  });
});
