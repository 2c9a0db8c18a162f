import { expect, test } from "vitest";
import { MAX_CHOICES, MAX_OUTPUT_TOKENS } from "../../../src/providers/fields.ts";
import { editJson } from "../../../src/providers/framing/json-edit.ts";
import { openaiChat } from "../../../src/providers/openai/chat.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf } from "../support.ts";

const BODY = { model: "gpt-4o", messages: [{ role: "user", content: "hi" }] };

test("understands a plain body", () => {
  expect(factsOf(openaiChat, BODY)).toEqual({ model: "gpt-4o", stream: false, choices: 1, usageAsked: true });
});

test("R23: of two output limits the greater one counts, in either field", () => {
  expect(factsOf(openaiChat, { ...BODY, max_tokens: 1, max_completion_tokens: 9_000 }).outputLimit).toBe(
    9_000,
  );
  expect(factsOf(openaiChat, { ...BODY, max_tokens: 9_000, max_completion_tokens: 1 }).outputLimit).toBe(
    9_000,
  );
  expect(factsOf(openaiChat, { ...BODY, max_tokens: 5, max_completion_tokens: null }).outputLimit).toBe(5);
});

test("the end user is the safety identifier, else the user", () => {
  expect(factsOf(openaiChat, { ...BODY, safety_identifier: "a", user: "b" }).endUser).toBe("a");
  expect(factsOf(openaiChat, { ...BODY, safety_identifier: "", user: "b" }).endUser).toBe("b");
  expect(factsOf(openaiChat, { ...BODY, user: 5 }).endUser).toBeUndefined();
});

test("null stands for an absent field", () => {
  const body = { ...BODY, n: null, stream: null, stream_options: null, max_tokens: null };
  expect(factsOf(openaiChat, body)).toEqual({ model: "gpt-4o", stream: false, choices: 1, usageAsked: true });
});

test.each<[string, JsonObject]>([
  ["model", { model: undefined }],
  ["model", { model: "" }],
  ["model", { model: ["gpt-4o"] }],
  ["messages", { messages: "hi" }],
  ["messages", { messages: {} }],
  ["stream", { stream: "true" }],
  ["stream", { stream: 1 }],
  ["n", { n: 0 }],
  ["n", { n: MAX_CHOICES + 1 }],
  ["n", { n: 1.5 }],
  ["n", { n: "2" }],
  ["max_tokens", { max_tokens: 0 }],
  ["max_tokens", { max_tokens: -1 }],
  ["max_tokens", { max_tokens: 1e300 }],
  ["max_tokens", { max_tokens: "100" }],
  ["max_completion_tokens", { max_completion_tokens: MAX_OUTPUT_TOKENS + 1 }],
  ["max_completion_tokens", { max_completion_tokens: 0.5 }],
  ["stream_options", { stream: true, stream_options: true }],
  ["stream_options", { stream: true, stream_options: [] }],
])("law 13: a wrong %s is named: %j", (param, fields) => {
  expect(faultOf(openaiChat, { ...BODY, ...fields })).toBe(param);
});

test("the limits themselves are allowed", () => {
  const facts = factsOf(openaiChat, { ...BODY, n: MAX_CHOICES, max_tokens: MAX_OUTPUT_TOKENS });
  expect(facts).toMatchObject({ choices: MAX_CHOICES, outputLimit: MAX_OUTPUT_TOKENS });
});

function usageEdits(body: JsonObject) {
  return openaiChat.usageEdits(body, factsOf(openaiChat, body));
}

test.each([
  ["none", "{}", '{"stream_options":{"include_usage":true}}'],
  ["null", '{"stream_options":null}', '{"stream_options":{"include_usage":true}}'],
  [
    "others",
    '{"stream_options": {"include_obfuscation": false, "include_usage": false}}',
    '{"stream_options": {"include_obfuscation": false, "include_usage": true}}',
  ],
])(
  "R49: a stream that doesn't ask for usage is made to, keeping its other options: %s",
  (_name, options, expected) => {
    const body = { ...BODY, stream: true, ...(JSON.parse(options) as JsonObject) };
    expect(editJson(options, usageEdits(body))).toBe(expected);
  },
);

test("what reports usage anyway isn't touched", () => {
  expect(usageEdits(BODY)).toEqual([]);
  expect(usageEdits({ ...BODY, stream: true, stream_options: { include_usage: true } })).toEqual([]);
});

function clampEdits(fields: JsonObject, outputTokens: number) {
  const body = { ...BODY, ...fields };
  return openaiChat.clampEdits(body, factsOf(openaiChat, body), outputTokens);
}

test("R23: the clamp lowers each limit that is above it, and only those", () => {
  expect(clampEdits({ max_tokens: 900 }, 300)).toEqual([{ path: ["max_tokens"], value: 300 }]);
  expect(clampEdits({ max_tokens: 900, max_completion_tokens: 301 }, 300)).toEqual([
    { path: ["max_tokens"], value: 300 },
    { path: ["max_completion_tokens"], value: 300 },
  ]);
  expect(clampEdits({ max_tokens: 300, max_completion_tokens: 301 }, 300)).toEqual([
    { path: ["max_completion_tokens"], value: 300 },
  ]);
  expect(clampEdits({ max_tokens: 300 }, 300)).toEqual([]);
});

test("R9: where no limit is stated the clamp states one", () => {
  expect(clampEdits({}, 300)).toEqual([{ path: ["max_completion_tokens"], value: 300 }]);
  expect(clampEdits({ max_tokens: null }, 300)).toEqual([{ path: ["max_completion_tokens"], value: 300 }]);
});

function extras(parts: unknown[], fields: JsonObject = {}) {
  return extrasOf(openaiChat, { ...BODY, messages: [{ role: "user", content: parts }], ...fields });
}

test("an inline image counts tokens in place of its base64", () => {
  const url = `data:image/png;base64,${"A".repeat(100_000)}`;
  expect(extras([{ type: "image_url", image_url: { url } }])).toMatchObject({
    mediaBytes: 100_000,
    tokens: 4_050,
  });
  expect(extras([{ type: "image_url", image_url: { url, detail: "low" } }])).toMatchObject({ tokens: 630 });
});

test("an image behind a URL counts tokens too", () => {
  expect(extras([{ type: "image_url", image_url: { url: "https://x.test/a.png" } }])).toMatchObject({
    mediaBytes: 0,
    tokens: 4_050,
  });
});

test("models count the same image differently", () => {
  const image = [{ type: "image_url", image_url: { url: "https://x.test/a.png" } }];
  expect(extras(image, { model: "gpt-4o-mini" }).tokens).toBe(48_169);
  expect(extras(image, { model: "gpt-5.5" }).tokens).toBe(12_000);
});

test("an image under another type, or as a bare text, is still seen", () => {
  expect(extras([{ type: "text", text: "", image_url: "data:image/png;base64,AAAA" }])).toMatchObject({
    mediaBytes: 4,
    tokens: 4_050,
  });
});

test("audio counts by its length and as audio", () => {
  const sound = { type: "input_audio", input_audio: { data: "A".repeat(40_000), format: "wav" } };
  expect(extras([sound])).toMatchObject({
    mediaBytes: 40_000,
    tokens: 300,
    audioTokens: 300,
    audioOutput: false,
  });
  expect(extras([], { modalities: ["text", "audio"] }).audioOutput).toBe(true);
});

test("a file counts by its length, a named file by a constant", () => {
  const inline = extras([
    { type: "file", file: { file_data: `data:application/pdf;base64,${"A".repeat(8_000)}` } },
  ]);
  expect(inline.mediaBytes).toBe(8_000);
  expect(inline.tokens).toBeGreaterThan(6_000);
  expect(extras([{ type: "file", file: { file_id: "file-1" } }])).toMatchObject({
    mediaBytes: 0,
    tokens: 100_000,
  });
});

test("a spoken answer that is only named counts as the longest one", () => {
  const body = { ...BODY, messages: [{ role: "assistant", audio: { id: "audio_1" } }] };
  expect(extrasOf(openaiChat, body).audioTokens).toBe(16_384);
});

test("a prediction's bytes may be billed as output beyond the limit", () => {
  expect(extras([], { prediction: { type: "content", content: "é123" } }).outputTokens).toBe(5);
  expect(
    extras([], { prediction: { type: "content", content: [{ text: "12" }, { text: "3" }] } }).outputTokens,
  ).toBe(3);
});

test("tools bring a hidden prompt", () => {
  expect(extras([], { tools: [{}, {}] }).tokens).toBe(96);
});

test.each(["gpt-4o", "ft:gpt-4o-mini:us::1", "openai/o3", "chatgpt-4o-latest", "gpt-audio-mini"])(
  "%s has no template of its own that is counted",
  (model) => {
    expect(extras([], { model }).tokens).toBe(0);
  },
);

test.each(["grok-4-fast", "gpt-oss-120b", "meta-llama/llama-4-maverick", "anthropic/claude-haiku-4.5"])(
  "law 3: the template of %s is counted in the prompt, and explains tools at length",
  (model) => {
    expect(extras([], { model }).tokens).toBeGreaterThan(170);
    expect(extras([], { model, tools: [{}] }).tokens).toBeGreaterThan(804);
  },
);

test("a wide body is walked in linear time", () => {
  const parts = Array.from({ length: 300_000 }, () => ({}));
  expect(extras(parts).tokens).toBe(0);
});
