import { expect, test } from "vitest";
import { anthropicMessages } from "../../../src/providers/anthropic/messages.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { pushAll, readBodyOf, readStream, streamReaderOf } from "../support.ts";

function start(usage: JsonObject): JsonObject {
  return { type: "message_start", message: { model: "claude-sonnet-4-5-20250929", usage } };
}
const block = (delta: JsonObject) => ({ type: "content_block_delta", index: 0, delta });
const end = (usage: JsonObject) => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage });
const STOP = { type: "message_stop" };

function read(events: (JsonObject | string)[]) {
  const reader = streamReaderOf(anthropicMessages, { hideUsage: true });
  expect(pushAll(reader, events)).not.toContain("hide");
  return reader.reading();
}

test("reads usage, model, tier and the bytes generated", () => {
  const reading = read([
    start({
      input_tokens: 18,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 1,
      service_tier: "standard",
    }),
    { type: "ping" },
    { type: "content_block_start", content_block: { type: "text", text: "" } },
    block({ type: "thinking_delta", thinking: "abc" }),
    block({ type: "signature_delta", signature: "xxxxxxxx" }),
    block({ type: "text_delta", text: "é" }),
    { type: "content_block_start", content_block: { type: "tool_use", name: "f", input: {} } },
    block({ type: "input_json_delta", partial_json: '{"a":1}' }),
    end({ output_tokens: 100 }),
    STOP,
  ]);
  expect(reading).toEqual({
    usage: { input_total: 18, input_cached: 0, cache_write: 0, output_total: 100 },
    complete: true,
    failed: false,
    generatedBytes: 3 + 2 + 1 + 7,
    model: "claude-sonnet-4-5-20250929",
    serviceTier: "standard",
  });
});

test("the same stream reads the same from the wire, in any pieces", () => {
  const text = [
    start({ input_tokens: 3, output_tokens: 1 }),
    block({ text: "漢" }),
    end({ output_tokens: 9 }),
    STOP,
  ]
    .map((event) => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
  for (const pieceBytes of [1, 2, 3, 50, 10_000]) {
    const reader = streamReaderOf(anthropicMessages, { hideUsage: false });
    readStream(reader, text, pieceBytes);
    expect(reader.reading()).toMatchObject({ usage: { input_total: 3, output_total: 9 }, complete: true });
  }
});

test("R50: the input is what wasn't cached, plus what the cache read and wrote", () => {
  const usage = {
    input_tokens: 6,
    cache_read_input_tokens: 20_443,
    cache_creation_input_tokens: 574,
    cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 74 },
    output_tokens: 489,
    output_tokens_details: { thinking_tokens: 77 },
  };
  const expected = {
    input_total: 21_023,
    input_cached: 20_443,
    cache_write: 574,
    cache_write_5m: 500,
    cache_write_1h: 74,
    output_total: 489,
    reasoning: 77,
  };
  expect(read([start(usage), end({ output_tokens: 489 }), STOP]).usage).toEqual(expected);
  expect(readBodyOf(anthropicMessages, 200, { type: "message", usage }).usage).toEqual(expected);
});

test("deltas are cumulative: with server tools their input and cache counts grow, and win", () => {
  const reading = read([
    start({
      input_tokens: 2_479,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 6,
    }),
    end({
      input_tokens: 404_500,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 5,
      output_tokens: 943,
      server_tool_use: { web_search_requests: 10, web_fetch_requests: 0 },
    }),
    STOP,
  ]);
  expect(reading.usage).toEqual({
    input_total: 404_515,
    input_cached: 5,
    cache_write: 10,
    output_total: 943,
    tool_calls: { web_search: 10, web_fetch: 0 },
  });
});

test("a null in a delta doesn't take back what the start stated", () => {
  const reading = read([
    start({ input_tokens: 9, output_tokens: 1 }),
    end({ input_tokens: null, output_tokens: 4 }),
  ]);
  expect(reading.usage).toEqual({ input_total: 9, output_total: 4 });
});

test("R49: the few tokens that the start counts are not the output of a stream that ended", () => {
  const begun = start({ input_tokens: 9, output_tokens: 1 });
  expect(read([begun, block({ text: "many" }), STOP]).usage).toEqual({ input_total: 9 });
  expect(read([begun, end({ output_tokens: "8" }), STOP]).usage).toEqual({ input_total: 9 });
  expect(read([begun, end({ output_tokens: 0 }), STOP]).usage).toEqual({ input_total: 9, output_total: 0 });
});

test("R32: counts that are negative, not finite or too large are not stated", () => {
  const usage = {
    input_tokens: 5,
    output_tokens: 3,
    cache_read_input_tokens: -100,
    cache_creation_input_tokens: 1e300,
  };
  expect(read([start(usage), end({ output_tokens: -9 })]).usage).toEqual({ input_total: 5, output_total: 3 });
  expect(read([start({ input_tokens: "5", output_tokens: {} })]).usage).toBeNull();
});

test("calls inside the call are told apart: compaction, and an advisor with its own model", () => {
  const iterations = [
    { type: "compaction", input_tokens: 100, cache_read_input_tokens: 55, output_tokens: 83 },
    { type: "message", input_tokens: 181, output_tokens: 8 },
    { type: "advisor_message", model: "claude-opus-4-8", input_tokens: 7, output_tokens: 5 },
    { type: "advisor_message", model: "claude-opus-4-8", input_tokens: -7 },
    null,
  ];
  const reading = read([
    start({ input_tokens: 1, output_tokens: 1 }),
    end({ input_tokens: 181, output_tokens: 8, iterations }),
  ]);
  expect(reading.usage).toEqual({ input_total: 181, output_total: 8 });
  expect(reading.further).toEqual([
    { usage: { input_total: 155, input_cached: 55, output_total: 83 } },
    { model: "claude-opus-4-8", usage: { input_total: 7, output_total: 5 } },
  ]);
});

test("an answer that a fallback gave is that model's, and what others wrote before they refused comes on top", () => {
  const iterations = [
    { type: "message", model: "claude-fable-5", input_tokens: 181, output_tokens: 40 },
    { type: "message", model: "claude-opus-5", input_tokens: 181, output_tokens: 0 },
    { type: "fallback_message", model: "claude-opus-4-8", input_tokens: 181, output_tokens: 8 },
  ];
  const reading = read([
    {
      type: "message_start",
      message: { model: "claude-fable-5", usage: { input_tokens: 181, output_tokens: 1 } },
    },
    end({ input_tokens: 181, output_tokens: 8, iterations }),
  ]);
  expect(reading).toMatchObject({ model: "claude-opus-4-8", usage: { input_total: 181, output_total: 8 } });
  expect(reading.further).toEqual([
    { model: "claude-fable-5", usage: { input_total: 181, output_total: 40 } },
  ]);
});

test("R26: an error event is a failure, and what was stated stays", () => {
  const reading = read([
    start({ input_tokens: 9, output_tokens: 1 }),
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
  ]);
  expect(reading).toMatchObject({
    usage: { input_total: 9, output_total: 1 },
    complete: false,
    failed: true,
  });
});

test("a stream that breaks off is not complete", () => {
  expect(read([start({ input_tokens: 9, output_tokens: 1 }), end({ output_tokens: 5 })]).complete).toBe(
    false,
  );
});

test("reads a unary answer, and an error in its place", () => {
  const content = [
    { type: "thinking", thinking: "abc" },
    { type: "tool_use", name: "f", input: { a: 1 } },
  ];
  const body = {
    type: "message",
    model: "m",
    content,
    usage: { input_tokens: 1, output_tokens: 2, service_tier: "priority" },
  };
  expect(readBodyOf(anthropicMessages, 200, body)).toEqual({
    usage: { input_total: 1, output_total: 2 },
    complete: true,
    failed: false,
    generatedBytes: 3 + 1 + 7,
    model: "m",
    serviceTier: "priority",
  });
  const failed = { usage: null, complete: true, failed: true, generatedBytes: 0 };
  expect(readBodyOf(anthropicMessages, 529, { type: "error", error: {} })).toEqual(failed);
  expect(readBodyOf(anthropicMessages, 200, { type: "error", error: {} })).toEqual(failed);
  expect(readBodyOf(anthropicMessages, 502, undefined)).toEqual({ ...failed, complete: false });
});
