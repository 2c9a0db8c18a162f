import { expect, test } from "vitest";
import { invoke, invokeStream } from "../../../src/providers/bedrock/invoke.ts";
import { editJson } from "../../../src/providers/framing/json-edit.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { faultIn, understood } from "./support.ts";

const CLAUDE = "us.anthropic.claude-sonnet-4-6";
const NOVA = "us.amazon.nova-lite-v1:0";
const LLAMA = "us.meta.llama3-1-70b-instruct-v1:0";
const MISTRAL = "mistral.mistral-7b-instruct-v0:2";
const COMMAND = "cohere.command-light-text-v14";
const MESSAGES = { messages: [{ role: "user", content: "hi" }] };

test.each<[string, JsonObject, number]>([
  [CLAUDE, { ...MESSAGES, anthropic_version: "bedrock-2023-05-31", max_tokens: 100 }, 100],
  ["anthropic.claude-v2:1", { prompt: "hi", max_tokens_to_sample: 101 }, 101],
  [NOVA, { inferenceConfig: { max_new_tokens: 102 } }, 102],
  [NOVA, { inferenceConfig: { maxTokens: 103, max_new_tokens: 90 } }, 103],
  ["amazon.titan-text-lite-v1", { textGenerationConfig: { maxTokenCount: 104 } }, 104],
  [LLAMA, { prompt: "hi", max_gen_len: 105 }, 105],
  [MISTRAL, { prompt: "hi", max_tokens: 106 }, 106],
  [COMMAND, { prompt: "hi", max_tokens: 107 }, 107],
  ["ai21.jamba-1-5-mini-v1:0", { ...MESSAGES, max_tokens: 108 }, 108],
  ["us.deepseek.r1-v1:0", { prompt: "hi", max_tokens: 109 }, 109],
  ["openai.gpt-oss-20b-1:0", { ...MESSAGES, max_tokens: 90, max_completion_tokens: 110 }, 110],
])("R23: %s states its limit in its own words: %j", (model, body, outputLimit) => {
  const facts = understood(invoke, body, { model });
  expect(facts).toMatchObject({ model, outputLimit, usageAsked: true });
  const edits = invoke.clampEdits(body, facts, 30);
  const clamped = JSON.parse(editJson(JSON.stringify(body), edits)) as JsonObject;
  expect(understood(invoke, clamped, { model }).outputLimit).toBe(30);
});

test.each<[string, JsonObject]>([
  [CLAUDE, MESSAGES],
  ["anthropic.claude-v2:1", { prompt: "hi" }],
  [NOVA, MESSAGES],
  [LLAMA, { prompt: "hi" }],
  [MISTRAL, { prompt: "hi" }],
])("R9: where %s states no limit, its greatest answer is held, and a clamp states one", (model, body) => {
  const facts = understood(invoke, body, { model });
  expect(facts.outputLimit).toBeUndefined();
  const edits = invoke.clampEdits(body, facts, 30);
  const clamped = JSON.parse(editJson(JSON.stringify(body), edits)) as JsonObject;
  expect(understood(invoke, clamped, { model }).outputLimit).toBe(30);
});

test.each([
  "mine",
  "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc",
  "amazon.nova-canvas-v1:0",
])("of %s it isn't known which limit it obeys: its greatest answer is held, with no clamp", (model) => {
  const body = { ...MESSAGES, max_tokens: 5 };
  const facts = understood(invoke, body, { model });
  expect(facts).toMatchObject({ outputLimit: 131_072, outputFloor: 131_072 });
  expect(invoke.clampEdits(body, facts, 30)).toEqual([]);
});

test("vectors and orders have no output", () => {
  expect(understood(invoke, { inputText: "hi" }, { model: "amazon.titan-embed-text-v2:0" }).outputLimit).toBe(
    0,
  );
  const rerank = { query: "q", documents: ["a", "b"], api_version: 2 };
  const facts = understood(invoke, rerank, { model: "cohere.rerank-v3-5:0" });
  expect(facts.outputLimit).toBe(0);
  expect(invoke.inputExtras(rerank, facts).units).toEqual({ search_units: 1 });
  const many = { query: "q", documents: Array.from({ length: 101 }, () => "d") };
  expect(invoke.inputExtras(many, facts).units).toEqual({ search_units: 2 });
  const long = { query: "q", documents: Array.from({ length: 60 }, () => "d".repeat(3_000)) };
  expect(invoke.inputExtras(long, facts).units).toEqual({ search_units: 2 });
});

test("law 11: what is embedded beside text has no known price", () => {
  const options = (body: JsonObject, model: string) => understood(invoke, body, { model }).priceOptions;
  expect(options({ texts: ["a"] }, "cohere.embed-v4:0")).toEqual({});
  expect(options({ images: ["data:image/png;base64,AA"] }, "cohere.embed-v4:0")).toEqual({ tier: "media" });
  const nova = "amazon.nova-2-multimodal-embeddings-v1:0";
  expect(options({ singleEmbeddingParams: { text: { value: "a" } } }, nova)).toEqual({});
  expect(options({ singleEmbeddingParams: { video: {} } }, nova)).toEqual({ tier: "media" });
});

test("Claude's thinking, end user and cache are read as at Anthropic", () => {
  const body = {
    messages: [
      { role: "user", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }] },
    ],
    max_tokens: 2_000,
    thinking: { type: "enabled", budget_tokens: 1_500 },
    metadata: { user_id: "u1" },
  };
  const facts = understood(invokeStream, body, { model: CLAUDE });
  expect(facts).toMatchObject({ stream: true, outputFloor: 1_501, endUser: "u1" });
  expect(invoke.inputExtras(body, facts).cacheWrites).toBe("5m");
});

test("Cohere's and AI21's several answers each count", () => {
  expect(understood(invoke, { num_generations: 3 }, { model: COMMAND }).choices).toBe(3);
  expect(understood(invoke, { numResults: 2 }, { model: "ai21.j2-mid-v1" }).choices).toBe(2);
});

test("R52: InvokeModel is asked for a tier and a latency in its headers", () => {
  const headers = {
    "X-Amzn-Bedrock-Service-Tier": "priority",
    "X-Amzn-Bedrock-PerformanceConfig-Latency": "optimized",
  };
  expect(understood(invoke, {}, { model: NOVA, headers }).priceOptions).toEqual({
    tier: "priority optimized",
  });
  expect(understood(invoke, { speed: "fast" }, { model: CLAUDE }).priceOptions).toEqual({ tier: "fast" });
});

test.each<[string, string, JsonObject]>([
  ["max_tokens", CLAUDE, { max_tokens: 0 }],
  ["messages", CLAUDE, { messages: "hi" }],
  ["thinking.budget_tokens", CLAUDE, { thinking: { budget_tokens: -1 } }],
  ["inferenceConfig.max_new_tokens", NOVA, { inferenceConfig: { max_new_tokens: "9" } }],
  [
    "textGenerationConfig.maxTokenCount",
    "amazon.titan-text-lite-v1",
    { textGenerationConfig: { maxTokenCount: 1e9 } },
  ],
  ["max_gen_len", LLAMA, { max_gen_len: 1.5 }],
  ["num_generations", COMMAND, { num_generations: 1_000 }],
])("law 13: a wrong %s of %s is named", (param, model, body) => {
  expect(faultIn(invoke, body, model)).toBe(param);
});

test("each kind of picture counts beyond its base64", () => {
  const tokens = (model: string, body: JsonObject) =>
    invoke.inputExtras(body, understood(invoke, body, { model })).tokens;
  const content = [{ image: { format: "png", source: { bytes: "AAAA" } } }];
  expect(tokens(NOVA, { messages: [{ role: "user", content }] })).toBeGreaterThanOrEqual(5_000);
  expect(tokens(LLAMA, { prompt: "hi", images: ["AAAA"] })).toBeGreaterThanOrEqual(16_384);
  const part = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
  const chat = { messages: [{ role: "user", content: [part] }] };
  expect(tokens("qwen.qwen3-vl-235b-a22b", chat)).toBeGreaterThanOrEqual(16_384);
});
