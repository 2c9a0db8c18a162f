import { describe, expect, test } from "vitest";
import { openaiChat } from "../../../src/providers/openai/chat.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { pushAll, readBodyOf, readStream, streamReaderOf } from "../support.ts";

const USAGE = { prompt_tokens: 18, completion_tokens: 15, total_tokens: 33 };
const READ = { input_total: 18, output_total: 15 };

function delta(delta: JsonObject, rest: JsonObject = {}): JsonObject {
  return { model: "gpt-4o-2024-11-20", choices: [{ index: 0, delta, finish_reason: null }], ...rest };
}
const FINISH = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null };
const USAGE_CHUNK = { choices: [], usage: USAGE };

function read(events: (JsonObject | string)[], hideUsage = false) {
  const reader = streamReaderOf(openaiChat, { hideUsage });
  const verdicts = pushAll(reader, events);
  return { ...reader.reading(), verdicts };
}

test("reads usage, model, tier and the bytes generated", () => {
  const reading = read([
    delta({ role: "assistant", content: "" }, { service_tier: "default" }),
    delta({ content: "hé😀" }),
    FINISH,
    USAGE_CHUNK,
    "[DONE]",
  ]);
  expect(reading).toMatchObject({
    usage: READ,
    complete: true,
    failed: false,
    generatedBytes: 7,
    model: "gpt-4o-2024-11-20",
    serviceTier: "default",
  });
});

test("the same stream reads the same from the wire, in any pieces", () => {
  const text = [delta({ content: "漢" }), FINISH, USAGE_CHUNK, "[DONE] "]
    .map((data) => `data:${typeof data === "string" ? data : JSON.stringify(data)}\r\n\r\n`)
    .join("");
  for (const pieceBytes of [1, 2, 3, 50, 10_000]) {
    const reader = streamReaderOf(openaiChat, { hideUsage: false });
    readStream(reader, text, pieceBytes);
    expect(reader.reading()).toMatchObject({ usage: READ, complete: true, generatedBytes: 3 });
  }
});

test("counts reasoning, refusals, tool calls and their names", () => {
  const tool = { tool_calls: [{ index: 0, function: { name: "f", arguments: '{"a":1}' } }] };
  const reading = read([
    delta({ reasoning_content: "abc", reasoning: "abc" }),
    delta({ refusal: "no" }),
    delta(tool),
    delta({ function_call: { name: "g", arguments: "{}" } }),
    delta({ audio: { transcript: "xy" } }),
  ]);
  expect(reading.generatedBytes).toBe(3 + 2 + 8 + 3 + 2);
});

test("the last usage that isn't null wins, also when a null follows", () => {
  const reading = read([
    delta({ content: "a" }, { usage: { prompt_tokens: 18, completion_tokens: 1 } }),
    { choices: [], usage: USAGE },
    { choices: [], usage: null },
    "[DONE]",
  ]);
  expect(reading.usage).toEqual(READ);
});

test("R47: an explicit zero is read as zero", () => {
  expect(read([{ choices: [], usage: { prompt_tokens: 0, completion_tokens: 0 } }]).usage).toEqual({
    input_total: 0,
    output_total: 0,
  });
});

test("R49: a stream with no usage states none", () => {
  expect(read([delta({ content: "abc" }), FINISH, "[DONE]"])).toMatchObject({
    usage: null,
    complete: true,
    generatedBytes: 3,
  });
});

test("R32: counts that are negative, not finite, too large or no numbers are not stated", () => {
  const usage = { prompt_tokens: -5, completion_tokens: 1e12, prompt_tokens_details: { cached_tokens: "9" } };
  expect(read([{ choices: [], usage }]).usage).toBeNull();
  const partly = { ...USAGE, prompt_tokens_details: { cached_tokens: -1 }, completion_tokens_details: [] };
  expect(read([{ choices: [], usage: partly }]).usage).toEqual(READ);
});

test("R50: reads cache, audio, image and reasoning counts", () => {
  const usage = {
    ...USAGE,
    prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3, audio_tokens: 2, image_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 6, audio_tokens: 5, rejected_prediction_tokens: 2 },
  };
  expect(read([{ choices: [], usage }]).usage).toEqual({
    ...READ,
    input_cached: 4,
    cache_write: 3,
    audio_in: 2,
    image_in: 1,
    reasoning: 6,
    audio_out: 5,
  });
});

test("reasoning that a provider leaves out of its output is put inside, where the total proves it", () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 115,
    completion_tokens_details: { reasoning_tokens: 100 },
  };
  expect(read([{ choices: [], usage }]).usage).toMatchObject({ output_total: 105, reasoning: 100 });
  expect(read([{ choices: [], usage: { ...usage, total_tokens: 15 } }]).usage).toMatchObject({
    output_total: 5,
  });
});

test("reads the usage of providers that put it elsewhere", () => {
  expect(read([{ choices: [], x_groq: { usage: USAGE } }]).usage).toEqual(READ);
  expect(read([{ choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: USAGE }] }]).usage).toEqual(
    READ,
  );
});

test("hides only the usage chunk that the gate asked for", () => {
  const filters = { choices: [], prompt_filter_results: [{}] };
  const events = [filters, delta({ content: "a" }, { usage: null }), FINISH, USAGE_CHUNK, "[DONE]"];
  expect(read(events, true).verdicts).toEqual(["pass", "pass", "pass", "hide", "pass"]);
  expect(read(events, false).verdicts).toEqual(["pass", "pass", "pass", "pass", "pass"]);
});

test("usage in a chunk with choices is the provider's own way, and passes", () => {
  expect(read([{ ...FINISH, usage: USAGE }], true)).toMatchObject({ verdicts: ["pass"], usage: READ });
});

test("a stream without [DONE] is complete once every answer finished and usage was stated", () => {
  const start = {
    choices: [
      { index: 0, delta: {} },
      { index: 1, delta: {} },
    ],
  };
  const second = { choices: [{ index: 1, delta: {}, finish_reason: "stop" }] };
  expect(read([start, FINISH, USAGE_CHUNK]).complete).toBe(false);
  expect(read([start, FINISH, second]).complete).toBe(false);
  expect(read([start, FINISH, second, USAGE_CHUNK]).complete).toBe(true);
});

test("R26: an error inside a stream is a failure, and what was stated stays", () => {
  const error = { error: { message: "The server had an error" } };
  expect(read([delta({ content: "abc" }, { usage: USAGE }), error])).toMatchObject({
    usage: READ,
    complete: false,
    failed: true,
    generatedBytes: 3,
  });
  const reader = streamReaderOf(openaiChat, { hideUsage: false });
  reader.push({ event: "error", data: '{"message":"x"}' });
  expect(reader.reading().failed).toBe(true);
});

test("data after [DONE] and data that is no JSON change nothing", () => {
  expect(read([USAGE_CHUNK, "[DONE]", "nonsense", "{", "[1]", "null"])).toMatchObject({
    usage: READ,
    complete: true,
  });
});

test("reads a unary answer", () => {
  const message = { content: "abc", tool_calls: [{ function: { name: "f", arguments: "{}" } }] };
  const body = { model: "m", service_tier: "flex", choices: [{ message }, { message }], usage: USAGE };
  expect(readBodyOf(openaiChat, 200, body)).toEqual({
    usage: READ,
    complete: true,
    failed: false,
    generatedBytes: 12,
    model: "m",
    serviceTier: "flex",
  });
});

test("an error body is a failure with no usage, whatever its status", () => {
  const body = { error: { message: "no", type: "invalid_request_error" } };
  const failed = { usage: null, complete: true, failed: true, generatedBytes: 0 };
  expect(readBodyOf(openaiChat, 404, body)).toEqual(failed);
  expect(readBodyOf(openaiChat, 200, body)).toEqual(failed);
  expect(readBodyOf(openaiChat, 500, undefined)).toEqual({ ...failed, complete: false });
});

describe("Gemini's OpenAI-compatible mode", () => {
  const answer = (model: string, usage: JsonObject) =>
    readBodyOf(openaiChat, 200, { model, choices: [{ message: { content: "a" } }], usage }).usage;

  test("bills thoughts that only the total tells of", () => {
    const usage = { prompt_tokens: 66, completion_tokens: 6, total_tokens: 100 };
    expect(answer("gemini-2.5-pro", usage)).toEqual({ input_total: 66, output_total: 34 });
    expect(answer("google/gemini-2.5-pro", usage)).toMatchObject({ output_total: 34 });
    expect(answer("gpt-4o", usage)).toMatchObject({ output_total: 6 });
    expect(answer("gemini-2.5-pro", { ...usage, total_tokens: 72 })).toMatchObject({ output_total: 6 });
    expect(answer("gemini-2.5-pro", { ...usage, total_tokens: 1e12 })).toMatchObject({ output_total: 6 });
  });
});

describe("the tools that Groq ran", () => {
  const RUNS = [
    { index: 0, type: "browser_search", arguments: "{}" },
    { index: 1, type: "browser.open" },
    { index: 2, type: "find" },
    { index: 3, type: "browser_search", name: "open" },
    { type: "something" },
  ];

  test("are counted by what is charged, an unknown one as the dearest", () => {
    const body = { choices: [{ index: 0, message: { content: "x", executed_tools: RUNS } }], usage: USAGE };
    expect(readBodyOf(openaiChat, 200, body).usage?.tool_calls).toEqual({
      browser_search: 2,
      browser_open: 2,
      browser_find: 1,
    });
  });

  test("count once, however often a stream names them", () => {
    const events = [
      ...RUNS.slice(0, 2).map((run) => delta({ executed_tools: [run] })),
      delta({ executed_tools: RUNS.slice(0, 2) }),
      FINISH,
      USAGE_CHUNK,
      "[DONE]",
    ];
    expect(read(events).usage?.tool_calls).toEqual({ browser_search: 1, browser_open: 1 });
  });
});
