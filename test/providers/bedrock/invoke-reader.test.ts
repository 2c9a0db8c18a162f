import { expect, test } from "vitest";
import { invokeStream } from "../../../src/providers/bedrock/invoke.ts";
import { answered, chunk, readFrames, type Frame } from "./support.ts";

const METRICS = { "amazon-bedrock-invocationMetrics": { inputTokenCount: 20, outputTokenCount: 4 } };
const usageOf = (frames: Frame[]) => readFrames(invokeStream, frames).usage;

const CLAUDE: Frame[] = [
  chunk({
    type: "message_start",
    message: { usage: { input_tokens: 20, cache_read_input_tokens: 5, output_tokens: 1 } },
  }),
  chunk({ type: "content_block_delta", delta: { type: "text_delta", text: "héllo" } }),
  chunk({ type: "message_delta", usage: { output_tokens: 9 } }),
  chunk({ type: "message_stop", ...METRICS }),
];

test.each([1, 7, 64, 1_000_000])("Claude's events are Anthropic's, cut into %i bytes", (pieceBytes) => {
  expect(readFrames(invokeStream, CLAUDE, answered(), pieceBytes)).toEqual({
    // The model's own word: Bedrock's metrics were seen to leave a tool's call out.
    usage: { input_total: 25, input_cached: 5, output_total: 9 },
    complete: true,
    failed: false,
    generatedBytes: 6,
  });
});

test("R49: where no delta counted, the metrics say what the output was", () => {
  const [start, text, , stop] = CLAUDE;
  if (!start || !text || !stop) throw new Error("the fixture is short");
  expect(usageOf([start, text, stop])).toEqual({ input_total: 25, input_cached: 5, output_total: 4 });
});

test("Nova's events are Converse's, each under its name", () => {
  const frames = [
    chunk({ messageStart: { role: "assistant" } }),
    chunk({ contentBlockDelta: { delta: { text: "abc" }, contentBlockIndex: 0 } }),
    chunk({ messageStop: { stopReason: "end_turn" } }),
    chunk({
      metadata: { usage: { inputTokens: 3, outputTokens: 2, cacheReadInputTokenCount: 1 } },
      ...METRICS,
    }),
  ];
  expect(readFrames(invokeStream, frames)).toMatchObject({
    usage: { input_total: 4, input_cached: 1, output_total: 2 },
    complete: true,
    generatedBytes: 3,
  });
});

test("Llama counts on: the input stands in the first chunk, the output grows", () => {
  const frames = [
    chunk({ generation: "a", prompt_token_count: 7, generation_token_count: 1 }),
    chunk({ generation: "b", prompt_token_count: null, generation_token_count: 2, stop_reason: "stop" }),
  ];
  expect(readFrames(invokeStream, frames)).toMatchObject({
    usage: { input_total: 7, output_total: 2 },
    complete: false,
    generatedBytes: 2,
  });
  expect(readFrames(invokeStream, [...frames, chunk({ generation: "", ...METRICS })]).complete).toBe(true);
});

test.each<[string, object, object]>([
  ["Mistral", { outputs: [{ text: "abc", stop_reason: null }] }, { outputs: [{ text: "" }] }],
  ["Cohere", { text: "abc", is_finished: false }, { is_finished: true, finish_reason: "COMPLETE" }],
  ["Titan", { outputText: "abc" }, { outputText: "" }],
  ["an older Claude", { completion: "abc" }, { completion: "" }],
])("%s states no usage: the metrics of the last chunk do", (_name, first, last) => {
  expect(readFrames(invokeStream, [chunk(first), chunk({ ...last, ...METRICS })])).toEqual({
    usage: { input_total: 20, output_total: 4 },
    complete: true,
    failed: false,
    generatedBytes: 3,
  });
});

test("an OpenAI body streams OpenAI's chunks", () => {
  const frames = [
    chunk({ choices: [{ index: 0, delta: { content: "abc" } }] }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], ...METRICS }),
  ];
  expect(readFrames(invokeStream, frames)).toMatchObject({
    usage: { input_total: 20, output_total: 4 },
    complete: true,
    generatedBytes: 3,
  });
});

test("metrics count the cache apart", () => {
  const metrics = {
    inputTokenCount: 4,
    outputTokenCount: 1,
    cacheReadInputTokenCount: 9,
    cacheWriteInputTokenCount: 2,
  };
  expect(usageOf([chunk({ completion: "a", "amazon-bedrock-invocationMetrics": metrics })])).toEqual({
    input_total: 15,
    input_cached: 9,
    cache_write: 2,
    output_total: 1,
  });
});

test("R26, R49: a stream that broke off, or failed, has what was seen of it", () => {
  expect(readFrames(invokeStream, CLAUDE.slice(0, 2))).toMatchObject({
    complete: false,
    failed: false,
    generatedBytes: 6,
  });
  const failed: Frame[] = [...CLAUDE.slice(0, 2), ["exception:throttlingException", { message: "slow" }]];
  expect(readFrames(invokeStream, failed)).toMatchObject({
    complete: false,
    failed: true,
    generatedBytes: 6,
  });
});

test("law 13: payloads that are no events say nothing", () => {
  const odd: Frame[] = [
    ["chunk", { bytes: "%%%" }],
    ["chunk", { bytes: 5 }],
    ["chunk", {}],
    ["chunk", { bytes: Buffer.from("not json").toString("base64") }],
    chunk({
      completion: "a",
      "amazon-bedrock-invocationMetrics": { inputTokenCount: -1, outputTokenCount: "4" },
    }),
  ];
  expect(readFrames(invokeStream, odd)).toMatchObject({ usage: null, failed: false });
});
