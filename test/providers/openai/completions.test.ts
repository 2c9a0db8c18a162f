import { expect, test } from "vitest";
import { openaiCompletions } from "../../../src/providers/openai/completions.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, pushAll, readBodyOf, streamReaderOf } from "../support.ts";
import { holdAndCost } from "./hold-and-cost.ts";

const BODY = { model: "gpt-3.5-turbo-instruct", prompt: "hi" };
const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

test.each<[JsonObject, number]>([
  [{ prompt: "hi" }, 1],
  [{ prompt: ["a", "b", "c"] }, 3],
  [{ prompt: [1, 2, 3] }, 1],
  [{ prompt: [[1], [2, 3]] }, 2],
  [{ prompt: [] }, 1],
  [{ prompt: ["a", "b"], n: 2 }, 4],
  [{ prompt: "a", n: 2, best_of: 5 }, 5],
  [{ prompt: "a", n: 5, best_of: null }, 5],
])("%j makes %i answers: all candidates of each prompt are billed", (fields, choices) => {
  expect(factsOf(openaiCompletions, { ...BODY, ...fields }).choices).toBe(choices);
});

test("understands limits, end user and streams", () => {
  expect(factsOf(openaiCompletions, { ...BODY, max_tokens: 9, user: "ada", suffix: "!" })).toEqual({
    model: "gpt-3.5-turbo-instruct",
    stream: false,
    choices: 1,
    outputLimit: 9,
    endUser: "ada",
    usageAsked: true,
  });
  expect(factsOf(openaiCompletions, { ...BODY, max_tokens: 0, echo: true }).outputLimit).toBe(0);
});

test.each<[string, JsonObject]>([
  ["n", { n: 0 }],
  ["best_of", { best_of: 1.5 }],
  ["max_tokens", { max_tokens: -1 }],
  ["echo", { echo: "yes" }],
  ["stream", { stream: 1 }],
  ["prompt", { prompt: Array.from({ length: 2_049 }, () => "a") }],
])("law 13: a wrong %s is named", (param, fields) => {
  expect(faultOf(openaiCompletions, { ...BODY, ...fields })).toBe(param);
});

test("R49: a stream is made to report its usage, and that chunk is hidden", () => {
  const body = { ...BODY, stream: true };
  expect(openaiCompletions.usageEdits(body, factsOf(openaiCompletions, body))).toEqual([
    { path: ["stream_options"], value: { include_usage: true } },
  ]);
  const reader = streamReaderOf(openaiCompletions, { hideUsage: true });
  const events = [
    { choices: [{ index: 0, text: "hé", finish_reason: null }] },
    { choices: [], usage: USAGE },
    "[DONE]",
  ];
  expect(pushAll(reader, events)).toEqual(["pass", "hide", "pass"]);
  expect(reader.reading()).toMatchObject({
    usage: { input_total: 5, output_total: 7 },
    complete: true,
    generatedBytes: 3,
  });
});

test("the clamp lowers the limit, or states one (R9)", () => {
  const clamp = (body: JsonObject) =>
    openaiCompletions.clampEdits(body, factsOf(openaiCompletions, body), 300);
  expect(clamp(BODY)).toEqual([{ path: ["max_tokens"], value: 300 }]);
  expect(clamp({ ...BODY, max_tokens: 301 })).toEqual([{ path: ["max_tokens"], value: 300 }]);
  expect(clamp({ ...BODY, max_tokens: 300 })).toEqual([]);
});

test("an echoed prompt may count as output", () => {
  expect(extrasOf(openaiCompletions, { ...BODY, prompt: ["é", "abc"], echo: true }).outputTokens).toBe(3);
  expect(extrasOf(openaiCompletions, { ...BODY, prompt: [[1, 2], [3]], echo: true }).outputTokens).toBe(2);
  expect(extrasOf(openaiCompletions, BODY).outputTokens).toBe(0);
});

test("R16: the hold covers every prompt's every candidate", () => {
  const body = { ...BODY, prompt: ["ab", "cd"], best_of: 3, max_tokens: 50 };
  const reading = readBodyOf(openaiCompletions, 200, {
    choices: [],
    usage: { prompt_tokens: 2, completion_tokens: 300 },
  });
  const { hold, cost } = holdAndCost(openaiCompletions, body, reading);
  expect(cost).toBe(2 * 1_500 + 300 * 2_000);
  expect(hold).toBeGreaterThanOrEqual(cost);
});
