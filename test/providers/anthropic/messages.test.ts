import { expect, test } from "vitest";
import { anthropicMessages } from "../../../src/providers/anthropic/messages.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf } from "../support.ts";

const BODY = { model: "claude-sonnet-4-5", max_tokens: 1_024, messages: [{ role: "user", content: "hi" }] };

test("understands a plain body; usage always comes unasked", () => {
  expect(factsOf(anthropicMessages, BODY)).toEqual({
    model: "claude-sonnet-4-5",
    stream: false,
    choices: 1,
    outputLimit: 1_024,
    usageAsked: true,
  });
  const streamed = { ...BODY, stream: true };
  expect(anthropicMessages.usageEdits(streamed, factsOf(anthropicMessages, streamed))).toEqual([]);
});

test("a missing max_tokens is the provider's to refuse", () => {
  expect(factsOf(anthropicMessages, { ...BODY, max_tokens: undefined }).outputLimit).toBeUndefined();
});

test("R9: no clamp may go below the thinking budget", () => {
  const thinking = { type: "enabled", budget_tokens: 1_023 };
  expect(factsOf(anthropicMessages, { ...BODY, thinking }).outputFloor).toBe(1_024);
  expect(factsOf(anthropicMessages, { ...BODY, thinking: { type: "adaptive" } }).outputFloor).toBeUndefined();
});

test("a budget above max_tokens is interleaved thinking: it comes on top", () => {
  const body = { ...BODY, thinking: { type: "enabled", budget_tokens: 5_000 } };
  expect(factsOf(anthropicMessages, body).outputFloor).toBeUndefined();
  expect(extrasOf(anthropicMessages, body).outputTokens).toBe(5_000);
});

test("the end user is metadata.user_id", () => {
  expect(factsOf(anthropicMessages, { ...BODY, metadata: { user_id: "u1" } }).endUser).toBe("u1");
  expect(factsOf(anthropicMessages, { ...BODY, metadata: "u1" }).endUser).toBeUndefined();
});

test.each<[string, JsonObject]>([
  ["model", { model: 5 }],
  ["messages", { messages: "hi" }],
  ["stream", { stream: "yes" }],
  ["max_tokens", { max_tokens: 0 }],
  ["max_tokens", { max_tokens: 1e9 }],
  ["max_tokens", { max_tokens: "1024" }],
  ["thinking", { thinking: true }],
  ["thinking.budget_tokens", { thinking: { budget_tokens: -1 } }],
])("law 13: a wrong %s is named: %j", (param, fields) => {
  expect(faultOf(anthropicMessages, { ...BODY, ...fields })).toBe(param);
});

test("the clamp lowers max_tokens, or states it", () => {
  const facts = factsOf(anthropicMessages, BODY);
  expect(anthropicMessages.clampEdits(BODY, facts, 300)).toEqual([{ path: ["max_tokens"], value: 300 }]);
  expect(anthropicMessages.clampEdits(BODY, facts, 1_024)).toEqual([]);
  const { outputLimit: _limit, ...unlimited } = facts;
  expect(anthropicMessages.clampEdits(BODY, unlimited, 300)).toEqual([{ path: ["max_tokens"], value: 300 }]);
});

function extras(blocks: unknown[], fields: JsonObject = {}) {
  return extrasOf(anthropicMessages, { ...BODY, messages: [{ role: "user", content: blocks }], ...fields });
}
const IMAGE = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "A".repeat(50_000) },
};

test("inline images count tokens in place of their base64, also inside a tool's result", () => {
  expect(extras([IMAGE])).toMatchObject({ mediaBytes: 50_000, tokens: 5_000 });
  expect(extras([{ type: "tool_result", content: [IMAGE, IMAGE] }])).toMatchObject({
    mediaBytes: 100_000,
    tokens: 10_000,
  });
  expect(extras([{ type: "image", source: { type: "url", url: "https://x.test" } }])).toMatchObject({
    tokens: 5_000,
  });
});

test("documents count by their length, named ones by a constant, plain text by its bytes", () => {
  const pdf = {
    type: "document",
    source: { type: "base64", media_type: "application/pdf", data: "A".repeat(4_000) },
  };
  expect(extras([pdf])).toMatchObject({ mediaBytes: 4_000, tokens: 8_000 });
  expect(extras([{ type: "document", source: { type: "file", file_id: "f" } }]).tokens).toBe(100_000);
  const text = { type: "document", source: { type: "text", data: "plain" } };
  expect(extras([text])).toMatchObject({ mediaBytes: 0, tokens: 0 });
  expect(extras([{ ...text, citations: { enabled: true } }]).tokens).toBe(505);
  const blocks = { type: "document", source: { type: "content", content: [IMAGE] } };
  expect(extras([blocks])).toMatchObject({ mediaBytes: 50_000, tokens: 5_000 });
});

test("R50: the dearest cache write that the body asks for is found wherever it stands", () => {
  const short = { type: "ephemeral" };
  const long = { type: "ephemeral", ttl: "1h" };
  expect(extras([{ type: "text" }]).cacheWrites).toBe("none");
  expect(extras([], { cache_control: short }).cacheWrites).toBe("5m");
  expect(extras([], { system: [{ type: "text", cache_control: long }] }).cacheWrites).toBe("1h");
  expect(extras([], { tools: [{ name: "f", cache_control: short }] }).cacheWrites).toBe("5m");
  expect(extras([{ type: "text", cache_control: short }]).cacheWrites).toBe("5m");
  expect(
    extras([{ type: "tool_result", content: [{ type: "text", cache_control: long }] }]).cacheWrites,
  ).toBe("1h");
  expect(extras([{ cache_control: long }, { cache_control: short }]).cacheWrites).toBe("1h");
});

test("tools bring a hidden prompt: a body of 361 bytes was seen to cost 403 tokens", () => {
  const { tokens, readings } = extras([], { tools: [{ name: "f", input_schema: {} }] });
  expect(tokens).toBeGreaterThan(403);
  expect(readings).toBe(1);
});

test("a tool that Anthropic runs reads the conversation again at each use, and is billed by use", () => {
  const search = { type: "web_search_20250305", name: "web_search", max_uses: 2 };
  expect(extras([], { tools: [search] })).toMatchObject({
    readings: 3,
    resultTokens: 16_000 * 3,
    toolCalls: { web_search: 2 },
  });
  const unlimited = { type: "web_search_20250305", name: "web_search" };
  expect(extras([], { tools: [unlimited] })).toMatchObject({ readings: 11, toolCalls: { web_search: 10 } });
});

test("law 13: an absurd max_uses is bounded", () => {
  const search = (max_uses: unknown) =>
    extras([], { tools: [{ type: "web_search_20250305", max_uses }] }).readings;
  expect([-1, Number.NaN, "x", 1e9].map(search)).toEqual([11, 11, 11, 1_001]);
});
