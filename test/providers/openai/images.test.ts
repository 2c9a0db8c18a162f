import { expect, test } from "vitest";
import { formFile } from "../../../src/providers/form-file.ts";
import { openaiImages } from "../../../src/providers/openai/images.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";
import { holdAndCost } from "./hold-and-cost.ts";

const BODY = { model: "gpt-image-1", prompt: "a cat" };
const USAGE = {
  input_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  output_tokens: 4_160,
};
const READ = { input_total: 50, image_in: 40, output_total: 4_160, image_out: 4_160, images: 1 };

const read = (body: JsonObject) => readBodyOf(openaiImages, 200, body);

test("understands JSON and forms alike", () => {
  const facts = { model: "gpt-image-1", choices: 2, stream: true, endUser: "ada" };
  expect(factsOf(openaiImages, { ...BODY, n: 2, stream: true, user: "ada" })).toMatchObject(facts);
  expect(factsOf(openaiImages, { ...BODY, n: "2", stream: "true", user: "ada" })).toMatchObject(facts);
  expect(factsOf(openaiImages, { prompt: "a cat", n: null }).model).toBe("dall-e-2");
});

test.each<[string, JsonObject]>([
  ["n", { n: "0" }],
  ["n", { n: 1_000 }],
  ["stream", { stream: "yes" }],
  ["model", { model: 5 }],
  ["partial_images", { partial_images: -1 }],
])("law 13: a wrong %s is named", (param, fields) => {
  expect(faultOf(openaiImages, { ...BODY, ...fields })).toBe(param);
});

test("R51: what DALL-E charges by is quality and size, also where they aren't stated", () => {
  const variant = (fields: JsonObject) =>
    factsOf(openaiImages, { prompt: "x", ...fields }).priceOptions?.variant;
  expect(variant({ model: "dall-e-3" })).toBe("standard 1024x1024");
  expect(variant({ model: "dall-e-3", quality: "hd", size: "1024x1792" })).toBe("hd 1024x1792");
  expect(variant({ model: "dall-e-2", size: "256x256", quality: "standard" })).toBe("256x256");
  expect(variant({ model: "gpt-image-1", quality: "high" })).toBeUndefined();
});

test("R51: reads the tokens of a picture, and counts it", () => {
  expect(read({ data: [{ b64_json: "AAAA" }], usage: USAGE })).toMatchObject({ usage: READ, complete: true });
  const details = { output_tokens_details: { image_tokens: 4_160, text_tokens: 333 }, output_tokens: 4_493 };
  expect(read({ data: [{}], usage: { ...USAGE, ...details } }).usage).toEqual({
    ...READ,
    output_total: 4_493,
  });
  expect(read({ data: [{ url: "u" }, { url: "v" }] }).usage).toEqual({ images: 2 });
  expect(read({ data: [{}], usage: { cost_in_usd_ticks: 700_000_000 } })).toMatchObject({
    usage: { images: 1 },
    costNanoUsd: 70_000_000,
  });
});

test("an error body is a failure with no usage", () => {
  expect(readBodyOf(openaiImages, 400, { error: { message: "no" } })).toMatchObject({
    usage: null,
    failed: true,
  });
});

function stream(events: JsonObject[], body: JsonObject = BODY) {
  const reader = streamReaderOf(
    openaiImages,
    { hideUsage: false },
    { body, facts: factsOf(openaiImages, body) },
  );
  pushAll(reader, events);
  return reader.reading();
}
const PARTIAL = { type: "image_generation.partial_image", b64_json: "AAAA", partial_image_index: 0 };

test("reads a stream: complete with its last picture", () => {
  const done = { type: "image_edit.completed", b64_json: "AAAA", usage: USAGE };
  expect(stream([PARTIAL, done])).toMatchObject({ usage: READ, complete: true, generatedBytes: 0 });
  const two = { ...BODY, n: 2 };
  expect(stream([done], two).complete).toBe(false);
  expect(stream([done, done], two)).toMatchObject({
    usage: { output_total: 8_320, images: 2 },
    complete: true,
  });
});

test("R26: a picture that was begun was drawn, and an error stays one", () => {
  expect(stream([PARTIAL])).toMatchObject({ usage: null, complete: false, generatedBytes: 3 * 6_242 });
  expect(stream([PARTIAL, { type: "error", error: { message: "x" } }]).failed).toBe(true);
  expect(stream([]).generatedBytes).toBe(0);
});

test("pictures to be edited count tokens in place of their bytes", () => {
  const file = formFile({ filename: "a.png", contentType: "image/png", bytes: 5_000 });
  expect(extrasOf(openaiImages, { ...BODY, "image[]": [file, file], mask: file })).toMatchObject({
    mediaBytes: 15_000,
    tokens: 24_000,
  });
  const url = `data:image/png;base64,${"A".repeat(400)}`;
  expect(
    extrasOf(openaiImages, { ...BODY, images: [{ image_url: url }, { file_id: "file_1" }] }),
  ).toMatchObject({ mediaBytes: 400, tokens: 16_000 });
});

test("law 3: a JSON body that looks like a file is text, whatever size it states", () => {
  const file = { filename: "a.png", contentType: "image/png", bytes: 1_000_000_000 };
  expect(extrasOf(openaiImages, { ...BODY, image: file })).toMatchObject({ mediaBytes: 0, tokens: 0 });
});

test.each<[string, JsonObject, number, number]>([
  ["low", { quality: "low", size: "1024x1024" }, 272, 1],
  ["medium", { quality: "medium", size: "1024x1536" }, 1_584, 1],
  ["high", { quality: "high", size: "1536x1024" }, 6_208, 3],
  ["auto", {}, 6_240, 1],
])("law 3: the hold covers a picture of quality %s", (_, fields, tokens, n) => {
  const usage = { input_tokens: 5, output_tokens: tokens * n };
  const reading = read({ data: Array.from({ length: n }, () => ({})), usage });
  const { hold, cost } = holdAndCost(openaiImages, { ...BODY, ...fields, n }, reading);
  expect(cost).toBe(5 * 5_000 + tokens * n * 40_000);
  expect(hold).toBeGreaterThanOrEqual(cost);
});

test.each<[JsonObject, number]>([
  [{ model: "dall-e-3", quality: "hd", size: "1024x1792" }, 120_000_000],
  [{ model: "dall-e-3" }, 40_000_000],
  [{ model: "dall-e-2", size: "256x256", n: 3 }, 48_000_000],
])("R51: %j costs its pictures, and is held at them", (fields, nano) => {
  const body: JsonObject = { prompt: "a cat", ...fields };
  const data = Array.from({ length: Number(body["n"] ?? 1) }, () => ({ url: "u" }));
  expect(holdAndCost(openaiImages, body, read({ data }))).toMatchObject({
    hold: nano,
    cost: nano,
    estimated: false,
  });
});
