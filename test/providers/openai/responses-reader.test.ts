import { expect, test } from "vitest";
import { openaiResponses } from "../../../src/providers/openai/responses.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { pushAll, readBodyOf, readStream, streamReaderOf } from "../support.ts";

const USAGE = {
  input_tokens: 40,
  input_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 70,
};
const READ = { input_total: 40, input_cached: 8, cache_write: 4, output_total: 30, reasoning: 12 };
const NOTHING = { usage: null, complete: false, failed: false, generatedBytes: 0 };

function response(fields: JsonObject = {}): JsonObject {
  return {
    id: "resp_1",
    object: "response",
    status: "completed",
    model: "gpt-5-2025-08-07",
    output: [],
    usage: USAGE,
    ...fields,
  };
}

function event(type: string, fields: JsonObject = {}): JsonObject {
  return { type, sequence_number: 1, ...fields };
}

const CREATED = event("response.created", { response: response({ status: "in_progress", usage: null }) });
const DELTA = event("response.output_text.delta", { delta: "hé😀" });

function read(events: (JsonObject | string)[], body: JsonObject = {}) {
  const reader = streamReaderOf(openaiResponses, { hideUsage: false }, { body });
  pushAll(reader, events);
  return reader.reading();
}

const read200 = (fields: JsonObject) => readBodyOf(openaiResponses, 200, response(fields));

test.each(["response.completed", "response.incomplete"])("reads the usage that %s states", (type) => {
  const status = type.slice("response.".length);
  const end = event(type, { response: response({ status, service_tier: "flex" }) });
  expect(read([CREATED, DELTA, end])).toEqual({
    usage: READ,
    complete: true,
    failed: false,
    generatedBytes: 7,
    model: "gpt-5-2025-08-07",
    serviceTier: "flex",
  });
});

test("the same stream reads the same from the wire, in any pieces", () => {
  const text = [CREATED, DELTA, event("response.completed", { response: response() })]
    .map((data) => `event: ${String(data["type"])}\r\ndata: ${JSON.stringify(data)}\r\n\r\n`)
    .join("");
  for (const pieceBytes of [1, 2, 3, 50, 10_000]) {
    const reader = streamReaderOf(openaiResponses, { hideUsage: false });
    readStream(reader, text, pieceBytes);
    expect(reader.reading()).toMatchObject({ usage: READ, complete: true, generatedBytes: 7 });
  }
});

test("R26: a failed response costs what it states, and nothing where it states none", () => {
  const failed = (usage: unknown) =>
    event("response.failed", {
      response: response({ status: "failed", error: { code: "server_error" }, usage }),
    });
  expect(read([CREATED, failed(USAGE)])).toMatchObject({ usage: READ, complete: true, failed: true });
  expect(read([CREATED, failed(null)])).toMatchObject({
    usage: null,
    complete: true,
    failed: true,
    generatedBytes: 0,
  });
});

test("R26: an error inside a stream is a failure, and what was generated stays", () => {
  expect(read([CREATED, DELTA, event("error", { code: "x", message: "y" })])).toMatchObject({
    usage: null,
    complete: false,
    failed: true,
    generatedBytes: 7,
  });
});

test("R49: a stream that breaks off has stated nothing, whatever its first events say", () => {
  const early = event("response.in_progress", { response: response({ status: "in_progress" }) });
  expect(read([early, DELTA])).toMatchObject({ usage: null, complete: false, generatedBytes: 7 });
});

test("counts text, refusals, reasoning, arguments and transcripts, and no spoken base64", () => {
  const types = [
    "output_text",
    "refusal",
    "reasoning_summary_text",
    "function_call_arguments",
    "audio.transcript",
  ];
  const deltas = types.map((type) => event(`response.${type}.delta`, { delta: "ab" }));
  expect(read([...deltas, event("response.audio.delta", { delta: "AAAAAAAA" })]).generatedBytes).toBe(10);
  const output = [
    { type: "reasoning", summary: [{ type: "summary_text", text: "abc" }] },
    { type: "function_call", name: "f", arguments: "{}" },
    {
      type: "message",
      content: [
        { type: "output_text", text: "abcd" },
        { type: "refusal", refusal: "no" },
      ],
    },
  ];
  expect(read200({ output }).generatedBytes).toBe(3 + 3 + 4 + 2);
});

test("R47: an explicit zero is read as zero", () => {
  expect(read200({ usage: { input_tokens: 16, output_tokens: 0 } }).usage).toEqual({
    input_total: 16,
    output_total: 0,
  });
});

test("R32: counts that are negative, not finite, too large or no numbers are not stated", () => {
  const usage = { input_tokens: -1, output_tokens: 1e12, input_tokens_details: { cached_tokens: "9" } };
  expect(read200({ usage }).usage).toBeNull();
  expect(read200({ usage: { ...USAGE, input_tokens_details: { cached_tokens: -3 } } }).usage).toEqual({
    input_total: 40,
    output_total: 30,
    reasoning: 12,
  });
});

test("an error body is a failure with no usage", () => {
  const error = { message: "no", type: "invalid_request_error" };
  expect(readBodyOf(openaiResponses, 400, { error })).toEqual({ ...NOTHING, complete: true, failed: true });
  expect(readBodyOf(openaiResponses, 502, undefined)).toEqual({ ...NOTHING, failed: true });
});

test("a compaction is read as a response", () => {
  const body = {
    id: "resp_2",
    object: "response.compaction",
    output: [{ type: "compaction" }],
    usage: USAGE,
  };
  expect(readBodyOf(openaiResponses, 200, body)).toMatchObject({
    usage: READ,
    complete: true,
    failed: false,
  });
});

const SEARCH = { type: "web_search_call", status: "completed", action: { type: "search", query: "q" } };
const OPENED = { type: "web_search_call", status: "completed", action: { type: "open_page", url: "u" } };

test("counts the uses of tools that are charged, and no others", () => {
  const output = [
    SEARCH,
    SEARCH,
    OPENED,
    { type: "file_search_call" },
    { type: "code_interpreter_call", container_id: "c1" },
    { type: "code_interpreter_call", container_id: "c1" },
    { type: "shell_call", environment: { type: "container_reference", container_id: "c2" } },
    { type: "function_call", name: "f", arguments: "" },
    { type: "custom_tool_call", name: "g", input: "" },
    { type: "computer_call" },
  ];
  expect(read200({ output }).usage?.tool_calls).toEqual({
    web_search: 2,
    file_search: 1,
    code_interpreter: 2,
  });
});

test("R51: a container of an answer has the price of its memory", () => {
  const output = [{ type: "code_interpreter_call", container_id: "c1" }];
  const tools = [{ type: "code_interpreter", container: { type: "auto", memory_limit: "16g" } }];
  expect(read200({ output, tools }).usage?.tool_calls).toEqual({ code_interpreter_16g: 1 });
  expect(read200({ output: [], tools }).usage?.tool_calls).toBeUndefined();
});

test("a search by the preview's tool has that tool's price", () => {
  const tools = [{ type: "web_search_preview_2025_03_11" }];
  expect(read200({ output: [SEARCH], tools }).usage?.tool_calls).toEqual({ web_search_preview: 1 });
});

test("what the provider counted itself wins over its items", () => {
  const tool_usage = { web_search: { num_requests: 3 } };
  expect(read200({ output: [SEARCH], tool_usage }).usage?.tool_calls).toEqual({ web_search: 3 });
  const server_side_tool_usage_details = { web_search_calls: 0, x_search_calls: 1 };
  const usage = { ...USAGE, server_side_tool_usage_details };
  expect(read200({ output: [SEARCH], usage }).usage?.tool_calls).toEqual({ x_search: 1 });
});

test("a stream that breaks off has used the tools that it showed", () => {
  const done = event("response.output_item.done", { item: SEARCH });
  expect(read([CREATED, done, done]).usage).toEqual({ tool_calls: { web_search: 2 } });
  expect(read([CREATED, done, event("response.completed", { response: response() })]).usage).toEqual({
    ...READ,
    tool_calls: { web_search: 1 },
  });
});

test("R51: the image tool's tokens are a call of its own model", () => {
  const tools = [{ type: "image_generation", model: "gpt-image-1-mini" }];
  const image_gen = {
    input_tokens: 50,
    output_tokens: 272,
    output_tokens_details: { image_tokens: 272, text_tokens: 0 },
  };
  expect(read200({ tools, tool_usage: { image_gen } }).further).toEqual([
    { model: "gpt-image-1-mini", usage: { input_total: 50, output_total: 272, image_out: 272 } },
  ]);
  const none = { input_tokens: 0, output_tokens: 0 };
  expect(read200({ tools, tool_usage: { image_gen: none } }).further).toBeUndefined();
});

test("R51: where the image tool's tokens aren't stated, they follow from its pictures", () => {
  const image = {
    type: "image_generation_call",
    quality: "low",
    size: "1024x1024",
    revised_prompt: "cat",
    result: "AAAA",
  };
  expect(read200({ output: [image] }).further).toEqual([
    { model: "gpt-image-1", usage: { input_total: 3, output_total: 273, image_out: 273 } },
  ]);
});

test("the cost that a provider states is read", () => {
  expect(read200({ usage: { ...USAGE, cost_in_usd_ticks: 160_708_500 } }).costNanoUsd).toBe(16_070_850);
  expect(read200({ usage: { ...USAGE, cost: 5.8e-6, is_byok: false } }).costNanoUsd).toBe(5_800);
  const byok = { ...USAGE, cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 0.00417 } };
  expect(read200({ usage: byok }).costNanoUsd).toBe(4_170_000);
  expect(read200({ usage: { ...USAGE, cost: -1 } })).not.toHaveProperty("costNanoUsd");
});

test("R45: what works on in the background is pending, whoever asks, until it has an end", () => {
  const queued = { status: "queued", background: true, usage: null };
  expect(read200(queued)).toMatchObject({ usage: null, complete: false, pending: { responseId: "resp_1" } });
  expect(read200({ ...queued, status: "in_progress" }).pending).toEqual({ responseId: "resp_1" });
  for (const status of ["completed", "incomplete", "failed", "cancelled"]) {
    expect(read200({ ...queued, status })).not.toHaveProperty("pending");
  }
});

test("R45: a background stream that breaks off is pending, another one isn't", () => {
  expect(read([CREATED, DELTA], { background: true }).pending).toEqual({ responseId: "resp_1" });
  const said = event("response.queued", {
    response: response({ status: "queued", background: true, usage: null }),
  });
  expect(read([said]).pending).toEqual({ responseId: "resp_1" });
  expect(read([CREATED, DELTA])).not.toHaveProperty("pending");
  const end = event("response.completed", { response: response() });
  expect(read([said, end])).not.toHaveProperty("pending");
});
