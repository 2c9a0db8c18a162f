import { expect, test } from "vitest";
import { estimate, sizesOf } from "../../../src/gate/estimate.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { openaiResponses } from "../../../src/providers/openai/responses.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf } from "../support.ts";

const BODY = { model: "gpt-4o", input: "hi" };

test("understands a body, and bounds its output by the one limit that covers all of it", () => {
  expect(factsOf(openaiResponses, { ...BODY, max_output_tokens: 900, stream: true, user: "ada" })).toEqual({
    model: "gpt-4o",
    stream: true,
    choices: 1,
    outputLimit: 900,
    endUser: "ada",
    usageAsked: true,
  });
  expect(factsOf(openaiResponses, { ...BODY, user: "a", safety_identifier: "b" }).endUser).toBe("b");
});

test.each<[string, JsonObject]>([
  ["model", { model: "" }],
  ["model", { model: undefined }],
  ["stream", { stream: "true" }],
  ["background", { background: 1 }],
  ["max_output_tokens", { max_output_tokens: -1 }],
  ["max_output_tokens", { max_output_tokens: "9" }],
  ["prompt", { prompt: "pmpt_1" }],
])("law 13: a wrong %s is named: %j", (param, fields) => {
  expect(faultOf(openaiResponses, { ...BODY, ...fields })).toBe(param);
});

test("law 11: a stored prompt may name the model, which then is none that has a price", () => {
  expect(factsOf(openaiResponses, { prompt: { id: "pmpt_1" }, input: "hi" }).model).toBe("");
});

test("the clamp lowers the limit, or states one (R9)", () => {
  const clamp = (fields: JsonObject) => {
    const body = { ...BODY, ...fields };
    return openaiResponses.clampEdits(body, factsOf(openaiResponses, body), 300);
  };
  expect(clamp({})).toEqual([{ path: ["max_output_tokens"], value: 300 }]);
  expect(clamp({ max_output_tokens: null })).toEqual([{ path: ["max_output_tokens"], value: 300 }]);
  expect(clamp({ max_output_tokens: 301 })).toEqual([{ path: ["max_output_tokens"], value: 300 }]);
  expect(clamp({ max_output_tokens: 300 })).toEqual([]);
});

const extras = (content: unknown[], fields: JsonObject = {}) =>
  extrasOf(openaiResponses, { ...BODY, input: [{ role: "user", content }], ...fields });
const PNG = `data:image/png;base64,${"A".repeat(100_000)}`;

test("images, sounds and files count tokens in place of their base64", () => {
  expect(extras([{ type: "input_image", image_url: PNG, detail: "low" }])).toMatchObject({
    mediaBytes: 100_000,
    tokens: 630,
  });
  expect(extras([{ type: "input_image", file_id: "file_1" }])).toMatchObject({
    mediaBytes: 0,
    tokens: 4_050,
    unseenInput: false,
  });
  expect(extras([{ type: "input_audio", input_audio: { data: "A".repeat(40_000) } }])).toMatchObject({
    mediaBytes: 40_000,
    tokens: 300,
    audioTokens: 300,
  });
  const file = extras([
    { type: "input_file", filename: "a.pdf", file_data: `data:application/pdf;base64,${"A".repeat(8_000)}` },
  ]);
  expect(file.mediaBytes).toBe(8_000);
  expect(file.tokens).toBeGreaterThan(6_000);
});

test("images in a tool's output, and those under another type, are seen too", () => {
  const output = [{ type: "input_image", image_url: PNG }];
  const called = extrasOf(openaiResponses, { ...BODY, input: [{ type: "function_call_output", output }] });
  expect(called).toMatchObject({ mediaBytes: 100_000, tokens: 4_050 });
  const screen = { type: "computer_call_output", output: { type: "computer_screenshot", image_url: PNG } };
  expect(extrasOf(openaiResponses, { ...BODY, input: [screen] })).toMatchObject({ mediaBytes: 100_000 });
  expect(extras([{ type: "input_text", edited: () => "", image_url: PNG }])).toMatchObject({
    mediaBytes: 100_000,
  });
});

test.each<[JsonObject]>([
  [{ previous_response_id: "resp_1" }],
  [{ conversation: "conv_1" }],
  [{ conversation: { id: "conv_1" } }],
  [{ prompt: { id: "pmpt_1" } }],
  [{ input: [{ type: "item_reference", id: "msg_1" }] }],
  [{ input: [{ role: "user", content: [{ type: "input_file", file_id: "file_1" }] }] }],
  [{ input: [{ role: "user", content: [{ type: "input_file", file_url: "https://x.test/a.pdf" }] }] }],
])("what %j names isn't seen, and is bounded by the model's context", (fields) => {
  expect(extras([]).unseenInput).toBe(false);
  const body = { ...BODY, ...fields };
  expect(extrasOf(openaiResponses, body).unseenInput).toBe(true);
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const call = { facts: factsOf(openaiResponses, body), body, edited: () => "", bytes };
  const sizes = sizesOf(call, openaiResponses, "gpt-4o");
  expect(sizes.bound).toBe(128_000);
  expect(sizes.likely).toBeLessThan(21_000);
});

test("a null stands for an absent field", () => {
  expect(extras([], { previous_response_id: null, conversation: null, prompt: null }).unseenInput).toBe(
    false,
  );
});

test("functions bring a hidden prompt, the provider's own tools results and readings", () => {
  expect(extras([], { tools: [{ type: "function", name: "f" }] })).toMatchObject({
    tokens: 80,
    readings: 1,
    toolCalls: {},
  });
  const searched = extras([], {
    tools: [{ type: "web_search_preview_2025_03_11" }, { type: "file_search" }],
    max_tool_calls: 2,
  });
  expect(searched).toMatchObject({
    tokens: 64 + 2 * 16 + 6_000,
    readings: 3,
    resultTokens: 60_000,
    toolCalls: { web_search_preview: 2, file_search: 2 },
  });
  expect(extras([], { tools: [{ type: "web_search" }] })).toMatchObject({
    readings: 11,
    toolCalls: { web_search: 10 },
  });
});

test("R51: a container is priced by its memory; law 11: a size that no table has is none with a price", () => {
  const held = (...tools: JsonObject[]) => Object.keys(extras([], { tools }).toolCalls);
  const interpreter = (container: unknown) => ({ type: "code_interpreter", container });
  expect(held(interpreter("cntr_1"))).toEqual(["code_interpreter"]);
  expect(held(interpreter({ type: "auto", memory_limit: "1g" }))).toEqual(["code_interpreter"]);
  expect(held(interpreter({ type: "auto", memory_limit: "64g" }))).toEqual(["code_interpreter_64g"]);
  expect(held(interpreter({ type: "auto", memory_limit: "2T" }))).toEqual(["code_interpreter_2t"]);
  const shell = { type: "shell", environment: { type: "container_auto", memory_limit: "4g" } };
  expect(held(shell, interpreter("cntr_1"))).toEqual(["code_interpreter_4g", "code_interpreter"]);
});

test("law 11: a tool that charges no use isn't one without a price, an unknown tool is", () => {
  expect(extras([], { tools: [{ type: "mcp" }, { type: "image_generation" }] }).toolCalls).toEqual({});
  expect(extras([], { tools: [{ type: "shell" }, { type: "dream" }] }).toolCalls).toEqual({
    code_interpreter: 10,
    dream: 10,
  });
});

test("law 3: what other providers write around the input, and what thinking harder reads again, is in the bound", () => {
  expect(extrasOf(openaiResponses, { ...BODY, model: "grok-3-mini" }).tokens).toBe(256);
  expect(extras([], { reasoning: { effort: "low", mode: "pro" } })).toMatchObject({
    tokens: 600,
    readings: 6,
  });
});

test("R51: the image tool is held at its own model's price", () => {
  const body = {
    ...BODY,
    max_output_tokens: 100,
    max_tool_calls: 0,
    tools: [{ type: "image_generation", quality: "high" }],
  };
  const call = { facts: factsOf(openaiResponses, body), body, edited: () => "", bytes: new Uint8Array(200) };
  const price = (model: string) => listPrice({ provider: "openai", model, atMs: Date.UTC(2026, 10, 1) });
  const held = (tools: unknown[]) => {
    const plain = price("gpt-4o");
    if (!plain) throw new Error("gpt-4o has no price");
    const sizes = sizesOf({ ...call, body: { ...body, tools } }, openaiResponses, "gpt-4o");
    return estimate(call, sizes, plain, { whenShort: "clamp", minOutputTokens: 256 }, price)?.want ?? 0;
  };
  // Two pictures of 6,240 tokens at 40 USD a million.
  expect(held(body.tools) - held([])).toBeGreaterThan(2 * 6_240 * 40_000);
});

test("a wide body is walked in linear time, a deep one to a fixed depth", () => {
  expect(extras(Array.from({ length: 300_000 }, () => ({}))).tokens).toBe(0);
  let deep: unknown = "x";
  for (let level = 0; level < 5_000; level++) deep = [{ content: deep }];
  expect(extrasOf(openaiResponses, { ...BODY, input: deep }).tokens).toBe(0);
});
