import { expect, test } from "vitest";
import { settledUsage } from "../../../src/domain/estimate.ts";
import { refusalResponse } from "../../../src/errors.ts";
import { createNdjsonSplitter } from "../../../src/providers/framing/ndjson.ts";
import { ollamaChat } from "../../../src/providers/ollama/ollama-chat.ts";
import { ollamaEmbed } from "../../../src/providers/ollama/ollama-embed.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";

const model = "qwen3:4b";
const messages = [{ role: "user", content: "hello" }];
const done = { model, done: true, done_reason: "stop", prompt_eval_count: 18, eval_count: 64 };

test("it streams unless it is told not to", () => {
  expect(factsOf(ollamaChat, { model, messages })).toMatchObject({ stream: true, usageAsked: true });
  expect(factsOf(ollamaChat, { model, messages, stream: null }).stream).toBe(true);
  expect(factsOf(ollamaChat, { model, messages, stream: false }).stream).toBe(false);
});

test("the limit is options.num_predict; zero and less are none (R23)", () => {
  const limited = (num_predict: unknown) => ({ model, messages, options: { num_predict } });
  expect(factsOf(ollamaChat, limited(7)).outputLimit).toBe(7);
  for (const none of [0, -1, -2, null]) {
    expect(factsOf(ollamaChat, limited(none))).not.toHaveProperty("outputLimit");
  }
  for (const wrong of ["7", 1.5, {}]) expect(faultOf(ollamaChat, limited(wrong))).toBe("options");
  expect(faultOf(ollamaChat, { model, options: [] })).toBe("options");
  expect(faultOf(ollamaChat, { messages })).toBe("model");
});

test("a clamp sets that limit inside the options, and never raises it (law 3)", () => {
  const clamped = (body: Record<string, unknown>) =>
    ollamaChat.clampEdits(body, factsOf(ollamaChat, body), 100);
  const edit = [{ path: ["options", "num_predict"], value: 100 }];
  expect(clamped({ model, messages })).toEqual(edit);
  expect(clamped({ model, options: { num_predict: -1 } })).toEqual(edit);
  expect(clamped({ model, options: { num_predict: 500 } })).toEqual(edit);
  expect(clamped({ model, options: { num_predict: 50 } })).toEqual([]);
});

test("the last line of a stream states the usage, however the stream is cut", () => {
  const lines = [
    { model, message: { role: "assistant", thinking: "hm" }, done: false },
    { model, message: { content: "grüß", tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] } },
    { ...done, message: { content: "" } },
  ];
  const bytes = new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n"));
  for (const size of [1, 5, 10_000]) {
    const reader = streamReaderOf(ollamaChat, { hideUsage: false });
    const splitter = createNdjsonSplitter();
    const blocks = [];
    for (let start = 0; start < bytes.length; start += size) {
      blocks.push(...splitter.push(bytes.subarray(start, start + size)));
    }
    for (const { parsed } of [...blocks, ...splitter.end()]) if (parsed) reader.push(parsed);
    expect(reader.reading()).toEqual({
      usage: { input_total: 18, output_total: 64 },
      complete: true,
      failed: false,
      generatedBytes: 2 + 6 + 1 + 7,
      model,
    });
  }
});

test("generate is read the same, streamed or whole", () => {
  const whole = readBodyOf(ollamaChat, 200, { ...done, response: "abc", thinking: "d" });
  expect(whole).toMatchObject({ usage: { input_total: 18, output_total: 64 }, generatedBytes: 4 });
  const reader = streamReaderOf(ollamaChat, { hideUsage: false });
  pushAll(reader, [{ model, response: "abc", done: false }]);
  expect(reader.reading()).toMatchObject({ usage: null, complete: false, generatedBytes: 3 });
});

test("an error's line is a failure, and so is an error's body (R27)", () => {
  const reader = streamReaderOf(ollamaChat, { hideUsage: false });
  pushAll(reader, [{ error: "the runner stopped" }]);
  expect(reader.reading()).toMatchObject({ failed: true, complete: false, usage: null });
  expect(readBodyOf(ollamaChat, 404, { error: "no such model" })).toMatchObject({
    failed: true,
    usage: null,
  });
});

test("input that a cached prompt leaves out is estimated, and absurd counts aren't believed (R49, law 13)", () => {
  const { prompt_eval_count: _, ...cached } = done;
  const reading = readBodyOf(ollamaChat, 200, cached);
  expect(reading.usage).toEqual({ output_total: 64 });
  expect(settledUsage(reading, { inputTokens: 10, model })).toMatchObject({
    usage: { input_total: 10, output_total: 64 },
    estimated: true,
  });
  const absurd = { ...done, prompt_eval_count: -1, eval_count: "64" };
  expect(readBodyOf(ollamaChat, 200, absurd).usage).toBeNull();
  const zero = readBodyOf(ollamaChat, 200, { ...done, prompt_eval_count: 0, eval_count: 0 });
  expect(zero.usage).toEqual({ input_total: 0, output_total: 0 });
});

test("pictures are bare base64, of a message or of the prompt (R22)", () => {
  const images = ["A".repeat(4_000)];
  for (const body of [
    { model, images },
    { model, messages: [{ role: "user", images }] },
  ]) {
    const extras = extrasOf(ollamaChat, body);
    expect(extras.mediaBytes).toBe(4_000);
    expect(extras.tokens).toBeGreaterThan(16_000);
  }
});

test("embeddings have no output", () => {
  expect(factsOf(ollamaEmbed, { model, input: "x" })).toMatchObject({ stream: false, outputLimit: 0 });
  const read = readBodyOf(ollamaEmbed, 200, { model, embeddings: [[1]], prompt_eval_count: 4 });
  expect(read.usage).toEqual({ input_total: 4, output_total: 0 });
  expect(readBodyOf(ollamaEmbed, 200, { embedding: [1] })).toMatchObject({ usage: null, complete: true });
});

test("its models cost nothing, and its own SDK reads the text of a refusal", async () => {
  expect(listPrice({ provider: "ollama", model, atMs: 0 })?.rates).toEqual({ input: 0, output: 0 });
  const refused = refusalResponse({ code: "budget_exceeded", message: "Spent." }, "ollama", "req_1");
  expect(await refused.json()).toMatchObject({ error: "Spent.", tollgate: { code: "budget_exceeded" } });
});
