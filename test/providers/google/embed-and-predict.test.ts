import { describe, expect, test } from "vitest";
import { settledUsage } from "../../../src/domain/estimate.ts";
import { geminiEmbed } from "../../../src/providers/google/embed.ts";
import { googlePredict } from "../../../src/providers/google/predict.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { callAt, extrasAt, factsAt, faultAt } from "./support.ts";

const EMBED = "/v1beta/models/gemini-embedding-001:embedContent";
const BATCH = "/v1beta/models/gemini-embedding-001:batchEmbedContents";
const PREDICT = "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-embedding-001:predict";
const IMAGEN =
  "/v1/projects/p/locations/us-central1/publishers/google/models/imagen-4.0-generate-001:predict";
const words = { content: { parts: [{ text: "words" }] } };

describe("embeddings", () => {
  const read = (body: unknown, status = 200) =>
    geminiEmbed.readBody(status, body, callAt(geminiEmbed, EMBED));

  test("have no output, and so no limit to be clamped", () => {
    const facts = factsAt(geminiEmbed, BATCH, { requests: [words] });
    expect(facts).toMatchObject({ model: "gemini-embedding-001", stream: false, choices: 1, outputLimit: 0 });
    expect(geminiEmbed.clampEdits({}, facts, 10)).toEqual([]);
  });

  test("state their usage, or none: then the input is estimated, and marked so (R49)", () => {
    const stated = { promptTokenCount: 4, promptTokenDetails: [{ modality: "TEXT", tokenCount: 4 }] };
    expect(read({ embedding: {}, usageMetadata: stated }).usage).toEqual({ input_total: 4, output_total: 0 });
    const silent = read({ embeddings: [{ values: [0.1] }] });
    expect(silent).toMatchObject({ usage: null, complete: true, failed: false });
    const settled = settledUsage(silent, { inputTokens: 9, model: "gemini-embedding-001" });
    expect(settled).toEqual({ usage: { input_total: 9, output_total: 0 }, estimated: true });
    expect(read({ usageMetadata: { promptTokenCount: -1 } }).usage).toBeNull();
  });

  test("that fail cost nothing", () => {
    expect(read({ error: { code: 404 } }, 404)).toMatchObject({ usage: null, failed: true });
    expect(read(undefined, 500)).toMatchObject({ usage: null, failed: true, complete: false });
  });

  test("R20: each part of a batch names the model that is priced, or none", () => {
    const batch = (model?: unknown) => ({ requests: [{ ...words, ...(model !== undefined && { model }) }] });
    for (const model of [undefined, "gemini-embedding-001", "models/gemini-embedding-001"]) {
      expect(factsAt(geminiEmbed, BATCH, batch(model)).model).toBe("gemini-embedding-001");
    }
    expect(faultAt(geminiEmbed, BATCH, batch("models/gemini-embedding-2"))).toBe("requests");
    expect(faultAt(geminiEmbed, BATCH, batch(7))).toBe("requests");
  });

  test("of a film are refused, of a picture bounded (law 11)", () => {
    const media = (mimeType: string) => ({
      content: { parts: [{ inlineData: { mimeType, data: "AAAA" } }] },
    });
    expect(faultAt(geminiEmbed, EMBED, media("video/mp4"))).toBe("content");
    expect(faultAt(geminiEmbed, BATCH, { requests: [media("video/mp4")] })).toBe("content");
    expect(extrasAt(geminiEmbed, EMBED, media("image/png")).tokens).toBeGreaterThan(258);
    expect(extrasAt(geminiEmbed, BATCH, { requests: [media("image/png")] }).tokens).toBeGreaterThan(258);
  });
});

describe("predictions", () => {
  const read = (body: JsonObject, status = 200) =>
    googlePredict.readBody(status, body, callAt(googlePredict, PREDICT));
  const embedding = (token_count: unknown) => ({
    embeddings: { statistics: { token_count }, values: [0.1] },
  });

  test("of embeddings are billed by the sum of their tokens, and state their characters", () => {
    const metadata = { billableCharacterCount: 35 };
    expect(read({ predictions: [embedding(5), embedding(6)], metadata }).usage).toEqual({
      input_total: 11,
      output_total: 0,
      characters: 35,
    });
    expect(read({ predictions: [embedding(5), embedding("x")], metadata }).usage).toEqual({ characters: 35 });
    expect(read({ predictions: [embedding(-5)] }).usage).toBeNull();
  });

  test("of pictures are billed by their number, and what is held back isn't (R51)", () => {
    const picture = { bytesBase64Encoded: "AAAA", mimeType: "image/png" };
    const held = { raiFilteredReason: "held back" };
    expect(read({ predictions: [picture, { gcsUri: "gs://b/1" }, held] }).usage).toEqual({ images: 2 });
    expect(read({ predictions: [held] }).usage).toEqual({ images: 0 });
    expect(read({ predictions: [] }).usage).toBeNull();
    expect(read({ predictions: [{ score: 1 }] }).usage).toBeNull();
  });

  test("that fail cost nothing", () => {
    expect(read({ error: { code: 401 } }, 401)).toMatchObject({ usage: null, failed: true });
  });

  test("of pictures are bounded by how many are asked for", () => {
    const images = (body: JsonObject) => extrasAt(googlePredict, IMAGEN, body).units?.images;
    expect(images({ instances: [{ prompt: "a" }] })).toBe(4);
    expect(images({ instances: [{ prompt: "a" }, { prompt: "b" }], parameters: { sampleCount: 1 } })).toBe(8);
    expect(images({ instances: [{ prompt: "a" }], parameters: { sampleCount: 8 } })).toBe(8);
    expect(images({ instances: [{ prompt: "a" }], parameters: { sample_count: 1e9 } })).toBe(8);
    expect(extrasAt(googlePredict, PREDICT, { instances: [{ content: "four" }] }).units).toEqual({
      characters: 4,
    });
  });
});
