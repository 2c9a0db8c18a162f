import { expect, test } from "vitest";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { rerank } from "../../../src/providers/rerank/rerank.ts";
import { voyage } from "../../../src/providers/voyage/voyage.ts";
import { routeOf } from "../../../src/providers/registry.ts";
import { extrasOf, factsOf, faultOf, readBodyOf, wireAt } from "../support.ts";

const BODY = { model: "rerank-2.5-lite", query: "a".repeat(300), documents: ["b", "c", "d"] };

test("a rerank writes nothing", () => {
  expect(factsOf(rerank, BODY)).toMatchObject({ outputLimit: 0, outputFloor: 0, stream: false });
  expect(faultOf(rerank, { query: "a" })).toBe("model");
});

test("law 3: the query is read with each document", () => {
  const bound = inputTokensBound(JSON.stringify(BODY).length, extrasOf(rerank, BODY));
  expect(bound).toBeGreaterThan(3 * 300 + 3);
});

test("R21: the total alone, or the prompt; a cost that is stated; searches", () => {
  const read = (usage: unknown) => readBodyOf(rerank, 200, { model: "m", usage });
  expect(read({ total_tokens: 43 }).usage).toEqual({ input_total: 43, output_total: 0 });
  expect(read({ prompt_tokens: 55, total_tokens: 55 }).usage).toEqual({ input_total: 55, output_total: 0 });
  expect(read({ total_tokens: 17, cost: 3.4e-7 }).costNanoUsd).toBe(340);
  expect(read({ search_units: 2 }).usage).toEqual({ search_units: 2 });
});

test.each([-1, 0.5, "43", 1e12, null])("law 13: a count of %s isn't believed", (total_tokens) => {
  expect(readBodyOf(rerank, 200, { usage: { total_tokens } }).usage).toBeNull();
});

test("an error is a failure with no usage", () => {
  const failed = { usage: null, complete: true, failed: true, generatedBytes: 0 };
  expect(readBodyOf(rerank, 400, { error: { message: "documents" } })).toEqual(failed);
  expect(readBodyOf(rerank, 200, { error: "documents" })).toEqual(failed);
  expect(readBodyOf(rerank, 400, { detail: "Model x is not supported." })).toEqual(failed);
});

test("Voyage, Together and OpenRouter have it", () => {
  expect(wireAt(voyage, "/v1/rerank")).toBe(rerank);
  expect(wireAt(voyage, "/v1/multimodalembeddings")).toMatchObject({ name: "openai-embeddings" });
  expect(routeOf("POST", "/together/v1/rerank")?.metering).toBe(rerank);
  expect(routeOf("POST", "/openrouter/api/v1/rerank")?.metering).toBe(rerank);
});
