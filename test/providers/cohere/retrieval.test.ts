import { describe, expect, test } from "vitest";
import { boundOf } from "../../../src/domain/bounds.ts";
import { costOf } from "../../../src/domain/pricing.ts";
import { cohereEmbed } from "../../../src/providers/cohere/embed.ts";
import { cohereRerank } from "../../../src/providers/cohere/rerank.ts";
import { listPrice } from "../../../src/providers/prices/prices.ts";
import { extrasOf, factsOf, faultOf, readBodyOf } from "../support.ts";

const AT = Date.UTC(2026, 10, 25);

describe("embeddings", () => {
  const body = { model: "embed-v4.0", texts: ["hello"], input_type: "search_query" };

  test("have no output, so no clamp either", () => {
    const facts = factsOf(cohereEmbed, { ...body, max_tokens: 100 });
    expect(facts).toMatchObject({ outputLimit: 0, outputFloor: 0, stream: false });
    expect(cohereEmbed.clampEdits(body, facts, 1)).toEqual([]);
    expect(faultOf(cohereEmbed, { texts: [] })).toBe("model");
    expect(faultOf(cohereEmbed, { model: "m", texts: "hello" })).toBe("texts");
  });

  test("are billed by their input alone", () => {
    const meta = { billed_units: { input_tokens: 3 } };
    const { usage } = readBodyOf(cohereEmbed, 200, { embeddings: {}, meta });
    expect(usage).toEqual({ billed_input: 3, input_total: 3, output_total: 0 });
  });

  test("a picture's tokens are a line of their own on the bill, at their own price", () => {
    const meta = { billed_units: { image_tokens: 1000, input_tokens: 4 } };
    const reading = readBodyOf(cohereEmbed, 200, { meta });
    expect(reading.usage).toMatchObject({ billed_input: 4, output_total: 0 });
    expect(reading.further).toEqual([{ usage: { input_total: 1000, image_in: 1000, output_total: 0 } }]);
    const price = listPrice({ provider: "cohere", model: "embed-v4.0", atMs: AT });
    const part = reading.further?.[0];
    // 0.47 USD a million.
    expect(price && part && costOf(part.usage, price)).toEqual({ costNanoUsd: 470_000 });
    const alone = readBodyOf(cohereEmbed, 200, { meta: { billed_units: { image_tokens: 7 } } });
    expect(alone.usage).toMatchObject({ billed_input: 0, output_total: 0 });
  });

  test("the older models bill a picture as such", () => {
    const reading = readBodyOf(cohereEmbed, 200, {
      meta: { billed_units: { images: 2, input_tokens: null } },
    });
    expect(reading.usage).toEqual({ images: 2 });
  });

  test("pictures are bounded wherever they stand (R22)", () => {
    const url = `data:image/png;base64,${"A".repeat(4_000)}`;
    const fields = [
      { images: [url] },
      { inputs: [{ content: [{ type: "text", image_url: { url } }] }] },
      { inputs: [{ content: [{ type: "image", image: url }] }] },
    ];
    for (const more of fields) {
      const extras = extrasOf(cohereEmbed, { model: "embed-v4.0", ...more });
      expect(extras.mediaBytes).toBe(4_000);
      expect(extras.tokens).toBeGreaterThanOrEqual(5_000);
      expect(extras.units).toEqual({ images: 1 });
    }
  });
});

describe("reranks", () => {
  const unitsOf = (body: Record<string, unknown>) => extrasOf(cohereRerank, body).units?.search_units;
  const short = (count: number) => Array.from({ length: count }, () => "short");

  test("a unit is one query with up to 100 documents", () => {
    expect(unitsOf({ query: "q", documents: short(1) })).toBe(1);
    expect(unitsOf({ query: "q", documents: short(100) })).toBe(1);
    expect(unitsOf({ query: "q", documents: short(101) })).toBe(2);
    expect(unitsOf({})).toBe(1);
  });

  test("a long document counts as many pieces, as far as it is read", () => {
    const long = "x".repeat(2_000);
    expect(unitsOf({ query: "q", documents: Array.from({ length: 100 }, () => long) })).toBe(5);
    expect(unitsOf({ query: "q", documents: Array.from({ length: 100 }, () => ({ text: long })) })).toBe(5);
    // The query is read with each piece.
    const query = "y".repeat(400);
    expect(unitsOf({ query, documents: Array.from({ length: 100 }, () => long) })).toBe(8);
    const endless = { documents: ["x".repeat(1_000_000)], query: "q" };
    expect(unitsOf(endless)).toBe(1);
    expect(unitsOf({ ...endless, max_tokens_per_doc: 1_000_000 })).toBe(21);
    expect(unitsOf({ ...endless, max_chunks_per_doc: 500 })).toBe(6);
  });

  test("what is stated is what is charged, and the hold is no less (R20)", () => {
    const price = listPrice({ provider: "cohere", model: "rerank-v3.5", atMs: AT });
    const body = { model: "rerank-v3.5", query: "q", documents: short(150) };
    const { usage } = readBodyOf(cohereRerank, 200, { meta: { billed_units: { search_units: 2 } } });
    expect(usage).toEqual({ search_units: 2 });
    expect(usage && price && costOf(usage, price)).toEqual({ costNanoUsd: 4_000_000 });
    const units = extrasOf(cohereRerank, body).units ?? {};
    expect(price && boundOf({ inputTokens: 500, outputTokens: 0, choices: 1, units }, price)).toBe(4_000_000);
    expect(faultOf(cohereRerank, { model: "m", documents: "x" })).toBe("documents");
    expect(readBodyOf(cohereRerank, 400, { message: "no" })).toMatchObject({ usage: null, failed: true });
  });
});
