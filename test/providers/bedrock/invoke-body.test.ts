import { expect, test } from "vitest";
import { invoke } from "../../../src/providers/bedrock/invoke.ts";
import { answered } from "./support.ts";

function read(body: unknown, headers: Record<string, string> = {}, status = 200) {
  return invoke.readBody(status, body, answered({}, headers));
}
const COUNTED = {
  "x-amzn-bedrock-input-token-count": "20",
  "x-amzn-bedrock-output-token-count": "5",
};

test("Claude's answer is read as Anthropic's, but for its name of the model and the tier", () => {
  const usage = {
    input_tokens: 3,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 10,
    output_tokens: 7,
    service_tier: "standard",
    inference_geo: "us",
  };
  const body = { type: "message", model: "claude-x", content: [{ type: "text", text: "hello" }], usage };
  // The headers leave the cached tokens out, so the body's word holds.
  expect(read(body, { ...COUNTED, "x-amzn-bedrock-input-token-count": "3" })).toEqual({
    usage: { input_total: 113, input_cached: 100, cache_write: 10, output_total: 7 },
    complete: true,
    failed: false,
    generatedBytes: 5,
  });
});

test.each<[string, object, object]>([
  [
    "Nova",
    { output: { message: {} }, usage: { inputTokens: 4, outputTokens: 2 } },
    { input_total: 4, output_total: 2 },
  ],
  [
    "Titan",
    { inputTextTokenCount: 4, results: [{ tokenCount: 2, outputText: "a" }, { tokenCount: 3 }] },
    { input_total: 4, output_total: 5 },
  ],
  ["Titan's embedding", { embedding: [0.1], inputTextTokenCount: 4 }, { input_total: 4, output_total: 0 }],
  [
    "Llama",
    { generation: "a", prompt_token_count: 4, generation_token_count: 2 },
    { input_total: 4, output_total: 2 },
  ],
  [
    "an OpenAI body",
    { choices: [{ message: { content: "a" } }], usage: { prompt_tokens: 4, completion_tokens: 2 } },
    { input_total: 4, output_total: 2 },
  ],
])("%s states its usage in its own words", (_name, body, usage) => {
  expect(read(body).usage).toEqual(usage);
  expect(read(body, COUNTED).usage).toEqual(usage);
});

test.each<[string, object, number]>([
  ["Mistral", { outputs: [{ text: "abc" }] }, 3],
  ["Cohere", { generations: [{ text: "abc" }] }, 3],
  ["an older Claude", { type: "completion", completion: "abc" }, 3],
  ["AI21", { completions: [{ data: { text: "abc" } }] }, 3],
])("%s states none: Bedrock's headers do", (_name, body, generatedBytes) => {
  expect(read(body, COUNTED)).toMatchObject({ usage: { input_total: 20, output_total: 5 }, generatedBytes });
  expect(read(body)).toMatchObject({ usage: null, complete: true, generatedBytes });
});

test("the headers fill what the body leaves out, and count the cache apart", () => {
  const guarded = { output: { message: {} }, usage: { inputTokens: 30 } };
  expect(read(guarded, COUNTED).usage).toEqual({ input_total: 30, output_total: 5 });
  const cached = { ...COUNTED, "x-amzn-bedrock-cache-read-input-token-count": "100" };
  expect(read({ outputs: [] }, cached).usage).toEqual({
    input_total: 120,
    input_cached: 100,
    output_total: 5,
  });
});

test("vectors whose input only the headers count have no output", () => {
  const headers = { "x-amzn-bedrock-input-token-count": "3" };
  expect(read({ embeddings: [[0.1]] }, headers).usage).toEqual({ input_total: 3, output_total: 0 });
});

test("a rerank's answer counts nothing that is charged", () => {
  const headers = { "x-amzn-bedrock-input-token-count": "3" };
  expect(read({ results: [{ index: 0, relevance_score: 0.5 }] }, headers).usage).toBeNull();
});

test.each(["-1", "1e9", "NaN", "0x10", "1.5", "99999999999999"])(
  "law 13: a header that counts %j is no count",
  (count) => {
    const headers = { ...COUNTED, "x-amzn-bedrock-input-token-count": count };
    expect(read({ outputs: [] }, headers).usage).toEqual({ output_total: 5 });
  },
);

test("an error body is a failure", () => {
  expect(read({ message: "no" }, {}, 400)).toMatchObject({ usage: null, failed: true, generatedBytes: 0 });
});

test("R52: the tier that served is in the headers", () => {
  const headers = { "x-amzn-bedrock-service-tier": "flex" };
  expect(read({ outputs: [] }, headers).serviceTier).toBe("flex");
});
