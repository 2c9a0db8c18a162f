import { expect, test } from "vitest";
import { converse, converseStream } from "../../../src/providers/bedrock/converse.ts";
import { editJson } from "../../../src/providers/framing/json-edit.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { faultIn, pathOf, understood } from "./support.ts";

const BODY = {
  messages: [{ role: "user", content: [{ text: "hi" }] }],
  inferenceConfig: { maxTokens: 1_024 },
};

test("understands a plain body; the model is in the path, and so is whether it streams", () => {
  expect(understood(converse, BODY)).toEqual({
    model: "us.amazon.nova-lite-v1:0",
    stream: false,
    choices: 1,
    outputLimit: 1_024,
    usageAsked: true,
    priceOptions: {},
  });
  expect(understood(converseStream, BODY).stream).toBe(true);
  expect(converseStream.usageEdits(BODY, understood(converseStream, BODY))).toEqual([]);
});

test.each([
  ["anthropic.claude-v2", "anthropic.claude-v2"],
  ["global.anthropic.claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6"],
  ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"],
  [
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-8",
    "us.anthropic.claude-opus-4-8",
  ],
])("R20: %s is known as %s, so that no budget on a model is evaded", (named, model) => {
  expect(understood(converse, BODY, { model: named }).model).toBe(model);
});

test.each([
  "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
  "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123",
  "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
  "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT1:2",
])("an ARN that says nothing of its model stays as it is: %s", (model) => {
  expect(understood(converse, BODY, { model }).model).toBe(model);
});

test("a path that is no model's is refused, and an alias goes into it encoded", () => {
  const read = converse.understand(BODY, "/model/%E0%A4%A/converse");
  expect(read).toEqual({ invalid: { param: "modelId", message: "The path names no model." } });
  expect(converse.pathFor?.(pathOf("mine"), "us.amazon.nova-pro-v1:0")).toBe(
    "/model/us.amazon.nova-pro-v1%3A0/converse",
  );
  expect(converse.pathFor?.("/model/$&/converse", "a/b$1")).toBe("/model/a%2Fb%241/converse");
});

const additional = (fields: JsonObject): JsonObject => ({ ...BODY, additionalModelRequestFields: fields });

test("R23: the model's own limit counts too, and the greatest holds", () => {
  expect(understood(converse, additional({ max_tokens: 9_000 })).outputLimit).toBe(9_000);
  expect(understood(converse, additional({ max_tokens: 10 })).outputLimit).toBe(1_024);
  const nested = additional({ inferenceConfig: { max_new_tokens: 3_000, topK: 10 } });
  expect(understood(converse, nested).outputLimit).toBe(3_000);
});

test("R9, R23: where Converse's own limit is absent Bedrock takes the model's greatest, whatever else is stated", () => {
  const { inferenceConfig: _own, ...unlimited } = additional({ max_tokens: 10 });
  expect(understood(converse, unlimited).outputLimit).toBeUndefined();
});

test.each([["thinking"], ["reasoning_config"]])("no clamp may go below the budget of %s", (name) => {
  const body = additional({ [name]: { type: "enabled", budget_tokens: 1_000 } });
  expect(understood(converse, body).outputFloor).toBe(1_001);
});

test("a budget above the limit is interleaved thinking: it comes on top", () => {
  const body = additional({ thinking: { type: "enabled", budget_tokens: 5_000 } });
  expect(understood(converse, body).outputFloor).toBeUndefined();
  expect(converse.inputExtras(body, understood(converse, body)).outputTokens).toBe(5_000);
});

test("Nova takes no limit beside its highest effort, so none is set", () => {
  const { inferenceConfig: _own, ...body } = additional({
    reasoningConfig: { type: "enabled", maxReasoningEffort: "high" },
  });
  const facts = understood(converse, body, { model: "us.amazon.nova-2-lite-v1:0" });
  expect(facts.outputFloor).toBe(131_072);
});

test("the clamp is a nested edit of every limit that is above, and no other byte changes", () => {
  const body = additional({ max_tokens: 9_000, top_k: 5 });
  const edits = converse.clampEdits(body, understood(converse, body), 300);
  expect(editJson(JSON.stringify(body), edits)).toBe(
    JSON.stringify(body).replace("1024", "300").replace("9000", "300"),
  );
  expect(converse.clampEdits(BODY, understood(converse, BODY), 1_024)).toEqual([]);
  const bare = { messages: [] };
  const stated = converse.clampEdits(bare, understood(converse, bare), 300);
  expect(editJson(JSON.stringify(bare), stated)).toBe('{"messages":[],"inferenceConfig":{"maxTokens":300}}');
});

test("the end user is whom the model's own body names", () => {
  expect(understood(converse, additional({ metadata: { user_id: "u1" } })).endUser).toBe("u1");
  expect(understood(converse, BODY).endUser).toBeUndefined();
});

test.each<[string, JsonObject]>([
  ["messages", { messages: "hi" }],
  ["system", { system: "hi" }],
  ["toolConfig", { toolConfig: [] }],
  ["inferenceConfig", { inferenceConfig: 5 }],
  ["inferenceConfig.maxTokens", { inferenceConfig: { maxTokens: -1 } }],
  ["inferenceConfig.maxTokens", { inferenceConfig: { maxTokens: "1024" } }],
  ["additionalModelRequestFields.max_tokens", { additionalModelRequestFields: { max_tokens: 1e9 } }],
  [
    "additionalModelRequestFields.budget_tokens",
    { additionalModelRequestFields: { thinking: { budget_tokens: 0 } } },
  ],
])("law 13: a wrong %s is named: %j", (param, fields) => {
  expect(faultIn(converse, { ...BODY, ...fields })).toBe(param);
});

test("R52: the service tier and the latency are what the price depends on", () => {
  const options = (fields: JsonObject) => understood(converse, { ...BODY, ...fields }).priceOptions;
  expect(options({ serviceTier: { type: "priority" } })).toEqual({ tier: "priority" });
  expect(options({ performanceConfig: { latency: "optimized" } })).toEqual({ tier: "optimized" });
  expect(options({ serviceTier: { type: 5 } })).toEqual({ tier: "unknown" });
});
