import { describe, expect, test } from "vitest";
import { settledUsage } from "../../../src/domain/estimate.ts";
import { costOf } from "../../../src/domain/pricing.ts";
import { cohereChat } from "../../../src/providers/cohere/chat.ts";
import { createNdjsonSplitter } from "../../../src/providers/framing/ndjson.ts";
import { pushAll, readBodyOf, readStream, streamReaderOf } from "../support.ts";

const usage = {
  billed_units: { input_tokens: 41, output_tokens: 31 },
  tokens: { input_tokens: 1439, output_tokens: 61 },
  cached_tokens: 112,
};
const read = { billed_input: 41, billed_output: 31, input_total: 1439, output_total: 61, input_cached: 112 };

const reader = () => streamReaderOf(cohereChat, { hideUsage: false });
const text = (content: object) => ({ type: "content-delta", index: 0, delta: { message: { content } } });
const end = (delta: object) => ({ type: "message-end", delta });

describe("version 2", () => {
  test("charged is what billed_units says, not what the model read with Cohere's own prompt", () => {
    const answer = {
      message: { content: [{ type: "text", text: "héllo" }] },
      finish_reason: "COMPLETE",
      usage,
    };
    const reading = readBodyOf(cohereChat, 200, answer);
    expect(reading).toMatchObject({ usage: read, complete: true, failed: false, generatedBytes: 6 });
    const price = {
      version: "v",
      rates: { input: 1_000_000, output: 2_000_000 },
      tiers: [],
      per_request: 0,
      tool_calls: {},
    };
    expect(costOf(read, price)).toEqual({ costNanoUsd: 41 + 2 * 31 });
  });

  test("a stream states its usage at its end; text, thinking, plans and calls are generated", () => {
    const stream = reader();
    const start = {
      type: "message-start",
      delta: { message: { content: [], tool_plan: "", tool_calls: [] } },
    };
    const call = { function: { name: "add", arguments: "" } };
    pushAll(stream, [
      start,
      text({ thinking: "hm" }),
      text({ text: "hi" }),
      { type: "tool-plan-delta", delta: { message: { tool_plan: "plan" } } },
      { type: "tool-call-start", delta: { message: { tool_calls: call } } },
      { type: "tool-call-delta", delta: { message: { tool_calls: { function: { arguments: "{}" } } } } },
    ]);
    expect(stream.reading()).toEqual({ usage: null, complete: false, failed: false, generatedBytes: 13 });
    pushAll(stream, [end({ finish_reason: "COMPLETE", usage }), "[DONE]"]);
    expect(stream.reading()).toMatchObject({ usage: read, complete: true, failed: false });
  });

  test("a stream is read the same however it is cut", () => {
    const events = [text({ text: "grüße" }), end({ finish_reason: "COMPLETE", usage })];
    const wire = events
      .map((event) => `event: ${event.type}\r\ndata:${JSON.stringify(event)}\r\n\r\n`)
      .join("");
    for (const pieceBytes of [1, 2, 3, 10_000]) {
      const stream = reader();
      readStream(stream, wire, pieceBytes);
      expect(stream.reading()).toEqual({ usage: read, complete: true, failed: false, generatedBytes: 7 });
    }
  });

  test("an end with an error has no usage, and what was written before it is estimated (R26)", () => {
    const stream = reader();
    pushAll(stream, [
      text({ text: "half an answer" }),
      end({ finish_reason: "ERROR", usage: {}, error: "no" }),
    ]);
    const reading = stream.reading();
    expect(reading).toMatchObject({ usage: null, complete: true, failed: true });
    const settled = settledUsage(reading, { inputTokens: 10, model: "command" });
    expect(settled).toMatchObject({ estimated: true, usage: { input_total: 10, output_total: 5 } });
  });

  test("an error's body costs nothing (R27); inside a stream it is a failure", () => {
    const body = readBodyOf(cohereChat, 404, { id: "x", message: "model not found" });
    expect(body).toMatchObject({ usage: null, failed: true, generatedBytes: 0 });
    const stream = reader();
    pushAll(stream, [{ message: "too many requests" }]);
    expect(stream.reading()).toMatchObject({ failed: true, usage: null });
  });
});

describe("version 1 and generate", () => {
  const meta = { api_version: { version: "1" }, ...usage };

  test("meta holds the usage", () => {
    const calls = [{ name: "add", parameters: { a: 1 } }];
    const chat = readBodyOf(cohereChat, 200, { text: "hi", tool_calls: calls, meta });
    expect(chat).toMatchObject({ usage: read, generatedBytes: 2 + 3 + 7 });
    const generated = { generations: [{ text: "one" }, { text: "two" }], meta };
    expect(readBodyOf(cohereChat, 200, generated)).toMatchObject({ usage: read, generatedBytes: 6 });
  });

  test("a stream of lines ends with stream-end", () => {
    const lines = [
      { event_type: "stream-start", is_finished: false },
      { event_type: "text-generation", text: "Ar" },
      { event_type: "tool-calls-chunk", tool_call_delta: { name: "add", parameters: "{}" } },
      { event_type: "stream-end", finish_reason: "COMPLETE", response: { text: "Ar", meta } },
    ];
    const stream = reader();
    const splitter = createNdjsonSplitter();
    const bytes = new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n"));
    for (const { parsed } of [...splitter.push(bytes), ...splitter.end()]) if (parsed) stream.push(parsed);
    expect(stream.reading()).toEqual({ usage: read, complete: true, failed: false, generatedBytes: 7 });
  });
});

test.each([NaN, -1, 1.5, 1e30, "41", null, {}])("a count of %s isn't believed (law 13)", (count) => {
  const stated = { billed_units: { input_tokens: count, output_tokens: count } };
  expect(readBodyOf(cohereChat, 200, { usage: stated }).usage).toBeNull();
});

test("absent usage is null, and an explicit zero is zero (R47, R49)", () => {
  expect(readBodyOf(cohereChat, 200, {}).usage).toBeNull();
  expect(readBodyOf(cohereChat, 200, { usage: {} }).usage).toBeNull();
  const zero = { billed_units: { input_tokens: 0, output_tokens: 0 } };
  expect(readBodyOf(cohereChat, 200, { usage: zero }).usage).toMatchObject({
    billed_input: 0,
    billed_output: 0,
  });
});
