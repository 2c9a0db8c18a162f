import { expect, test } from "vitest";
import { boundOf } from "../../../src/domain/bounds.ts";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { costOf } from "../../../src/domain/pricing.ts";
import { openaiEmbeddings } from "../../../src/providers/openai/embeddings.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { tokenRerank } from "../../../src/providers/voyage/token-rerank.ts";
import { extrasOf, factsOf, faultOf, readBodyOf } from "../support.ts";

const rerank = tokenRerank({ statesCost: false });
const body = { model: "rerank-2.5", query: "what is it?", documents: ["one", "two", "three"] };
const price = listPrice({ provider: "voyage", model: "rerank-2.5", atMs: Date.UTC(2026, 10, 25) });

test("a rerank is charged by its tokens, of which Voyage states the total alone", () => {
  const { usage, complete } = readBodyOf(rerank, 200, { model: "rerank-2.5", usage: { total_tokens: 43 } });
  expect({ usage, complete }).toEqual({ usage: { input_total: 43, output_total: 0 }, complete: true });
  // 0.05 USD a million.
  expect(usage && price && costOf(usage, price)).toEqual({ costNanoUsd: 43 * 50 });
  const together = { usage: { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 } };
  expect(readBodyOf(rerank, 200, together).usage).toEqual({ input_total: 7, output_total: 0 });
});

test("the query is read with each document, and held so (R20)", () => {
  const query = "q".repeat(1_000);
  const documents = Array.from({ length: 50 }, () => "d");
  const extras = extrasOf(rerank, { ...body, query, documents });
  const inputTokens = inputTokensBound(JSON.stringify({ query, documents }).length, extras);
  const read = 50 * (1_000 + 1 + 4);
  expect(inputTokens).toBeGreaterThanOrEqual(read);
  const hold =
    price && boundOf({ inputTokens, outputTokens: 0, choices: 1, units: extras.units ?? {} }, price);
  expect(hold).toBeGreaterThanOrEqual(read * 50);
});

test("it has no output to clamp", () => {
  const facts = factsOf(rerank, body);
  expect(facts).toMatchObject({ outputLimit: 0, outputFloor: 0, stream: false });
  expect(rerank.clampEdits(body, facts, 1)).toEqual([]);
  expect(faultOf(rerank, { query: "x" })).toBe("model");
  expect(faultOf(rerank, { ...body, documents: "x" })).toBe("documents");
});

test("only a router that states what a call costs is believed", () => {
  const answer = { usage: { total_tokens: 17, cost: 0.00000034 } };
  expect(readBodyOf(tokenRerank({ statesCost: true }), 200, answer).costNanoUsd).toBe(340);
  expect(readBodyOf(rerank, 200, answer).costNanoUsd).toBeUndefined();
});

test("absent usage is null, and so is an absurd one (R49, law 13)", () => {
  expect(readBodyOf(rerank, 200, { data: [] }).usage).toBeNull();
  expect(readBodyOf(rerank, 200, { usage: { total_tokens: -1 } }).usage).toBeNull();
  expect(readBodyOf(rerank, 200, { usage: { total_tokens: 0 } }).usage).toEqual({
    input_total: 0,
    output_total: 0,
  });
  expect(readBodyOf(rerank, 429, { detail: "slow down" })).toMatchObject({ failed: true, usage: null });
});

test("Voyage's embeddings state the total alone, too", () => {
  const { usage } = readBodyOf(openaiEmbeddings, 200, { data: [], usage: { total_tokens: 8 } });
  expect(usage).toEqual({ input_total: 8, output_total: 0 });
});
