import { expect, test } from "vitest";
import { openaiEmbeddings } from "../../../src/providers/openai/embeddings.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, readBodyOf } from "../support.ts";
import { holdAndCost } from "./hold-and-cost.ts";

const BODY = { model: "text-embedding-3-small", input: "hi" };

const read = (usage: unknown, rest: JsonObject = {}) =>
  readBodyOf(openaiEmbeddings, 200, { object: "list", data: [], model: "m", usage, ...rest });

test("has no output", () => {
  expect(factsOf(openaiEmbeddings, { ...BODY, user: "ada" })).toEqual({
    model: "text-embedding-3-small",
    stream: false,
    choices: 1,
    outputLimit: 0,
    outputFloor: 0,
    endUser: "ada",
    usageAsked: true,
  });
  expect(faultOf(openaiEmbeddings, { input: "hi" })).toBe("model");
});

test("reads the input that was embedded, also where only a total is stated", () => {
  expect(read({ prompt_tokens: 9, total_tokens: 9 })).toMatchObject({
    usage: { input_total: 9, output_total: 0 },
    complete: true,
  });
  expect(read({ total_tokens: 9 }).usage).toEqual({ input_total: 9, output_total: 0 });
  expect(read({ prompt_tokens: 9, total_tokens: 9, cost: 0.000001 }).costNanoUsd).toBe(1_000);
});

test("R47, R49, R32: zero is zero, and what isn't stated or can't be believed isn't", () => {
  expect(read({ prompt_tokens: 0 }).usage).toEqual({ input_total: 0, output_total: 0 });
  expect(read(undefined).usage).toBeNull();
  expect(read({ prompt_tokens: -1, total_tokens: "9" }).usage).toBeNull();
});

test("an error body is a failure with no usage", () => {
  expect(readBodyOf(openaiEmbeddings, 400, { error: { message: "no" } })).toMatchObject({
    usage: null,
    failed: true,
  });
  expect(readBodyOf(openaiEmbeddings, 502, undefined)).toMatchObject({
    usage: null,
    failed: true,
    complete: false,
  });
});

test.each<[unknown, number]>([
  ["漢字", 6],
  [["ab", "c"], 3],
  [Array.from({ length: 500 }, () => 7), 500],
  [[[1, 2, 3], [4]], 4],
])("R21: the hold covers the tokens of %j", (input, tokens) => {
  const reading = read({ prompt_tokens: tokens });
  const { hold, cost } = holdAndCost(openaiEmbeddings, { ...BODY, input }, reading);
  expect(cost).toBe(tokens * 20);
  expect(hold).toBeGreaterThanOrEqual(cost);
});

test("images count tokens in place of their base64", () => {
  const url = `data:image/png;base64,${"A".repeat(50_000)}`;
  const part = { type: "image_url", image_url: { url } };
  expect(extrasOf(openaiEmbeddings, { ...BODY, input: [{ content: [part] }] })).toMatchObject({
    mediaBytes: 50_000,
  });
  expect(
    extrasOf(openaiEmbeddings, { ...BODY, inputs: [{ content: [{ image_base64: url }] }] }).tokens,
  ).toBeGreaterThan(28_000);
});
