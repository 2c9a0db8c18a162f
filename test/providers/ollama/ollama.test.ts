import { expect, test } from "vitest";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { createNdjsonSplitter } from "../../../src/providers/framing/ndjson.ts";
import { ollamaEmbed } from "../../../src/providers/ollama/embed.ts";
import { ollamaGenerate } from "../../../src/providers/ollama/generate.ts";
import { refusalResponse } from "../../../src/errors.ts";
import { routeOf } from "../../../src/providers/registry.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";

const BODY = { model: "qwen3:4b", messages: [{ role: "user", content: "hi" }] };
const DONE = { model: "qwen3:4b", message: { content: "" }, done: true, done_reason: "stop" };
const says = (content: string, fields: JsonObject = {}) => ({
  model: "qwen3:4b",
  message: { role: "assistant", content, ...fields },
  done: false,
});

function readAll(lines: (JsonObject | string)[]) {
  const reader = streamReaderOf(ollamaGenerate, { hideUsage: false });
  pushAll(reader, lines);
  return reader.reading();
}

test("it streams unless it is told not to, and 0, -1 and -2 are no limits (R9)", () => {
  expect(factsOf(ollamaGenerate, BODY)).toEqual({
    model: "qwen3:4b",
    stream: true,
    choices: 1,
    usageAsked: true,
  });
  expect(factsOf(ollamaGenerate, { ...BODY, stream: false }).stream).toBe(false);
  const limit = (num_predict: unknown) =>
    factsOf(ollamaGenerate, { ...BODY, options: { num_predict } }).outputLimit;
  expect([limit(64), limit(0), limit(-1), limit(-2), limit(null)]).toEqual([
    64,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test.each<[string, JsonObject]>([
  ["model", { model: 7 }],
  ["stream", { stream: "no" }],
  ["options", { options: [] }],
  ["options.num_predict", { options: { num_predict: "64" } }],
  ["options.num_predict", { options: { num_predict: -3 } }],
  ["options.num_predict", { options: { num_predict: 1e300 } }],
])("law 13: a wrong %s is named: %j", (param, fields) => {
  expect(faultOf(ollamaGenerate, { ...BODY, ...fields })).toBe(param);
});

test("law 3: the clamp lowers num_predict, or states it", () => {
  const clamp = (body: JsonObject) => ollamaGenerate.clampEdits(body, factsOf(ollamaGenerate, body), 9);
  const edit = [{ path: ["options", "num_predict"], value: 9 }];
  expect(clamp(BODY)).toEqual(edit);
  expect(clamp({ ...BODY, options: { num_predict: 64 } })).toEqual(edit);
  expect(clamp({ ...BODY, options: { num_predict: 8 } })).toEqual([]);
});

test("law 3: an image counts tokens in place of its base64, in a message or beside the prompt", () => {
  const image = "A".repeat(100_000);
  for (const body of [
    { ...BODY, messages: [{ content: "what?", images: [image] }] },
    { model: "m", prompt: "what?", images: [image] },
  ]) {
    const extras = extrasOf(ollamaGenerate, body);
    expect(extras.mediaBytes).toBe(100_000);
    expect(inputTokensBound(JSON.stringify(body).length, extras)).toBeGreaterThan(16_384);
  }
});

test("the last line states the counts of all", () => {
  const reading = readAll([
    says("Hel", { thinking: "hm" }),
    says("lo"),
    { ...DONE, prompt_eval_count: 18, eval_count: 64 },
  ]);
  expect(reading).toEqual({
    usage: { input_total: 18, output_total: 64 },
    complete: true,
    failed: false,
    generatedBytes: 7,
    model: "qwen3:4b",
  });
});

test("R49, R26: a stream with no last line isn't complete, and its bytes are what is known", () => {
  expect(readAll([says("Hello")])).toMatchObject({ usage: null, complete: false, generatedBytes: 5 });
  expect(readAll([says("Hello"), { error: "out of memory" }])).toMatchObject({ failed: true });
  expect(readAll(["{broken", "", DONE])).toMatchObject({ usage: null, complete: true });
});

test("R47: an explicit zero is a zero", () => {
  expect(readAll([{ ...DONE, prompt_eval_count: 0, eval_count: 0 }]).usage).toEqual({
    input_total: 0,
    output_total: 0,
  });
});

test.each([-1, 1.5, 1e12, "18", null, Number.NaN])("law 13: a count of %s isn't believed", (count) => {
  expect(readBodyOf(ollamaGenerate, 200, { prompt_eval_count: count, eval_count: count }).usage).toBeNull();
});

test("a whole answer, a completion and an error", () => {
  const call = { function: { name: "f", arguments: { a: 1 } } };
  const chat = {
    message: { content: "", tool_calls: [call] },
    prompt_eval_count: 3,
    eval_count: 4,
    done: true,
  };
  expect(readBodyOf(ollamaGenerate, 200, chat)).toMatchObject({ complete: true, generatedBytes: 8 });
  expect(readBodyOf(ollamaGenerate, 200, { response: "abc", done: true })).toMatchObject({
    usage: null,
    generatedBytes: 3,
  });
  const missing = readBodyOf(ollamaGenerate, 404, { error: "model 'x' not found" });
  expect(missing).toEqual({ usage: null, complete: true, failed: true, generatedBytes: 0 });
});

test("the lines may be cut anywhere", () => {
  const text = `${JSON.stringify(says("Grüße"))}\n${JSON.stringify({ ...DONE, prompt_eval_count: 5, eval_count: 6 })}`;
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size < 40; size += 3) {
    const reader = streamReaderOf(ollamaGenerate, { hideUsage: false });
    const splitter = createNdjsonSplitter();
    const blocks = [];
    for (let at = 0; at < bytes.length; at += size)
      blocks.push(...splitter.push(bytes.subarray(at, at + size)));
    for (const { parsed } of [...blocks, ...splitter.end()]) if (parsed) reader.push(parsed);
    expect(reader.reading().usage).toEqual({ input_total: 5, output_total: 6 });
  }
});

test("R21: embeddings have no output", () => {
  const facts = factsOf(ollamaEmbed, { model: "nomic-embed-text", input: ["a", "b"] });
  expect(facts).toMatchObject({ outputLimit: 0, outputFloor: 0 });
  expect(readBodyOf(ollamaEmbed, 200, { embeddings: [], prompt_eval_count: 4 }).usage).toEqual({
    input_total: 4,
    output_total: 0,
  });
  expect(readBodyOf(ollamaEmbed, 200, { embedding: [] })).toMatchObject({ usage: null, complete: true });
});

test("its paths, and those of OpenAI's that it speaks", () => {
  const metering = (method: string, path: string) => routeOf(method, `/ollama${path}`)?.metering;
  expect(metering("POST", "/api/chat")).toBe(ollamaGenerate);
  expect(metering("POST", "/api/generate")).toBe(ollamaGenerate);
  expect(metering("POST", "/api/embed")).toBe(ollamaEmbed);
  expect(metering("GET", "/api/tags")).toBe("free");
  expect(metering("POST", "/api/pull")).toBeNull();
  expect(metering("POST", "/v1/chat/completions")).toMatchObject({ name: "openai-chat" });
});

test("law 3: a clamp of its OpenAI mode is set in the limit that it obeys", () => {
  const chat = routeOf("POST", "/ollama/v1/chat/completions")?.metering;
  if (!chat || chat === "free") throw new Error("the path has no format");
  const edit = [{ path: ["max_tokens"], value: 9 }];
  expect(chat.clampEdits(BODY, factsOf(chat, BODY), 9)).toEqual(edit);
  expect(factsOf(chat, { ...BODY, max_completion_tokens: 5 })).not.toHaveProperty("outputLimit");
});

test("its own SDK reads an error that is a text", async () => {
  expect(routeOf("POST", "/ollama/api/chat")?.envelope).toBe("ollama");
  expect(routeOf("POST", "/ollama/v1/chat/completions")?.envelope).toBe("openai");
  const refused = refusalResponse({ code: "budget_exceeded", message: "Spent." }, "ollama", "req_1");
  expect(await refused.json()).toMatchObject({ error: "Spent.", tollgate: { code: "budget_exceeded" } });
});
