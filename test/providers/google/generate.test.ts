import { describe, expect, test } from "vitest";
import { inputTokensBound } from "../../../src/domain/estimate.ts";
import { geminiGenerate } from "../../../src/providers/google/generate.ts";
import { maxOutputTokens } from "../../../src/providers/prices/output-limits.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasAt, factsAt, faultAt, FLASH, FLASH_STREAM } from "./support.ts";

const facts = (body: JsonObject, path = FLASH) => factsAt(geminiGenerate, path, body);
const extras = (body: JsonObject, path = FLASH) => extrasAt(geminiGenerate, path, body);
const part = (one: JsonObject) => ({ contents: [{ role: "user", parts: [one] }] });

describe("the model", () => {
  const pathFor = (path: string, model: string) => geminiGenerate.pathFor?.(path, model);

  test("stands in the path, and so does whether the answer is streamed", () => {
    expect(facts({})).toMatchObject({ model: "gemini-2.5-flash", stream: false, usageAsked: true });
    expect(facts({ stream: true })).toMatchObject({ stream: false });
    expect(facts({}, FLASH_STREAM)).toMatchObject({ model: "gemini-2.5-flash", stream: true });
    expect(facts({ model: "another" })).toMatchObject({ model: "gemini-2.5-flash" });
  });

  test("that was tuned keeps its collection: its price isn't that of a model of this name", () => {
    expect(facts({}, "/v1/tunedModels/gemini-2.5-flash:generateContent").model).toBe(
      "tunedModels/gemini-2.5-flash",
    );
  });

  test.each([
    "/v1beta/models/gemini%2d2.5-flash:generateContent",
    "/v1beta/models/a/b:generateContent",
    "/v1beta/models/a:b:generateContent",
    "/v1beta/models/:generateContent",
    "/v1beta/models/.:generateContent",
    "/v1beta/models/gemini-2.5-flash",
  ])("can't be read for certain in %s", (path) => {
    expect(faultAt(geminiGenerate, path, {})).toBeNull();
  });

  test("of an alias takes its place, as one segment and no other method, whatever it is named", () => {
    expect(pathFor(FLASH_STREAM, "gemini-3-flash")).toBe(
      "/v1beta/models/gemini-3-flash:streamGenerateContent",
    );
    expect(pathFor(FLASH, "../../files?x=#:batch")).toBe(
      "/v1beta/models/..%2F..%2Ffiles%3Fx%3D%23%3Abatch:generateContent",
    );
    expect(pathFor(FLASH, "tunedModels/a/b")).toBe("/v1beta/tunedModels/a%2Fb:generateContent");
    const vertex = "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-x@1:rawPredict";
    expect(pathFor(vertex, "claude-y@2")).toBe(vertex.replace("claude-x@1", "claude-y@2"));
  });
});

describe("the output limit", () => {
  const limit = (generationConfig: JsonObject, more: JsonObject = {}) =>
    facts({ generationConfig, ...more }).outputLimit;

  test("R23: is the greatest of all that is stated, in either spelling", () => {
    expect(limit({ maxOutputTokens: 10 })).toBe(10);
    expect(limit({ max_output_tokens: 20 })).toBe(20);
    expect(limit({ maxOutputTokens: 10, max_output_tokens: 30 })).toBe(30);
    expect(limit({ maxOutputTokens: 10 }, { generation_config: { max_output_tokens: 40 } })).toBe(40);
    expect(limit({ maxOutputTokens: "50" })).toBe(50);
    expect(limit({ maxOutputTokens: null })).toBeUndefined();
  });

  test.each([0, -1, 1.5, "1e9", "", {}, [], true, 1e9])("is no limit as %j", (maxOutputTokens) => {
    expect(faultAt(geminiGenerate, FLASH, { generationConfig: { maxOutputTokens } })).toBe("maxOutputTokens");
  });

  test("is clamped wherever it stands, and stated where it doesn't", () => {
    const clamped = (body: JsonObject) => geminiGenerate.clampEdits(body, facts(body), 100);
    const body = {
      generationConfig: { maxOutputTokens: 500, max_output_tokens: 50, temperature: 0 },
      generation_config: { max_output_tokens: "600" },
    };
    expect(clamped(body)).toEqual([
      { path: ["generationConfig", "maxOutputTokens"], value: 100 },
      { path: ["generation_config", "max_output_tokens"], value: 100 },
    ]);
    expect(clamped({})).toEqual([{ path: ["generationConfig", "maxOutputTokens"], value: 100 }]);
    expect(clamped({ generation_config: { seed: 1 } })).toEqual([
      { path: ["generation_config", "maxOutputTokens"], value: 100 },
    ]);
    expect(clamped({ generationConfig: { maxOutputTokens: 99 } })).toEqual([]);
  });

  test("has a floor above the thinking budget, which counts against it", () => {
    const floor = (config: JsonObject) => facts({ generationConfig: config }).outputFloor;
    expect(floor({ thinkingConfig: { thinkingBudget: 1_024 } })).toBe(1_025);
    expect(floor({ thinking_config: { thinking_budget: 512 }, maxOutputTokens: 600 })).toBe(513);
    expect(floor({ thinkingConfig: { thinkingBudget: 1_024 }, maxOutputTokens: 100 })).toBeUndefined();
    expect(floor({ thinkingConfig: { thinkingBudget: -1 } })).toBeUndefined();
    expect(floor({ thinkingConfig: { thinkingBudget: 0 } })).toBeUndefined();
  });

  test("of a model that states none is its own", () => {
    expect(maxOutputTokens("gemini-2.5-flash")).toBe(65_536);
    expect(maxOutputTokens("google/gemini-3.5-flash")).toBe(65_536);
    expect(maxOutputTokens("gemini-2.0-flash-001")).toBe(8_192);
    expect(maxOutputTokens("gemini-2.5-flash-image")).toBe(32_768);
    expect(maxOutputTokens("gemini-4-argon")).toBe(1_048_576);
  });
});

describe("the rest of the body", () => {
  test("candidates are answers, the greatest count that is stated", () => {
    const body = { generationConfig: { candidateCount: 2 }, generation_config: { candidate_count: 4 } };
    expect(facts(body).choices).toBe(4);
    expect(facts({}).choices).toBe(1);
    expect(faultAt(geminiGenerate, FLASH, { generationConfig: { candidateCount: 0 } })).toBe(
      "candidateCount",
    );
  });

  test("names no end user", () => {
    expect(facts({ labels: { user: "u" }, user: "u" }).endUser).toBeUndefined();
  });

  test("R52: the service tier is part of the price, and priority has none yet (law 11)", () => {
    expect(facts({ serviceTier: "flex" }).priceOptions).toEqual({ tier: "flex" });
    expect(facts({ service_tier: "SERVICE_TIER_PRIORITY" }).priceOptions).toEqual({ tier: "priority" });
    expect(facts({ serviceTier: "flex", service_tier: 3 }).priceOptions).toEqual({ tier: "priority" });
  });

  test("that is no shape of Gemini's is refused", () => {
    expect(faultAt(geminiGenerate, FLASH, { contents: "hello" })).toBe("contents");
    expect(faultAt(geminiGenerate, FLASH, { generation_config: [] })).toBe("generation_config");
  });
});

describe("bounds", () => {
  const media = (mimeType: string, data: string) => extras(part({ inlineData: { mimeType, data } }));
  const boundOf = (body: JsonObject) => inputTokensBound(JSON.stringify(body).length, extras(body));

  test("of text are its bytes", () => {
    const body = part({ text: "hello" });
    expect(boundOf(body)).toBe(JSON.stringify(body).length);
  });

  test("a picture costs its tiles, and not its bytes", () => {
    const { tokens, mediaBytes } = media("image/png", "A".repeat(1_000_000));
    expect(mediaBytes).toBe(1_000_000);
    expect(tokens).toBeGreaterThanOrEqual(16 * 258);
    expect(tokens).toBeLessThan(10_000);
  });

  test("sound costs 32 tokens a second, also where it is lean", () => {
    // A minute at 8 kbit/s is 60,000 bytes.
    const { tokens, audioTokens } = media("audio/mp3", "A".repeat(80_000));
    expect(audioTokens).toBeGreaterThanOrEqual(60 * 32);
    expect(tokens).toBe(audioTokens);
  });

  test("a film costs 290 tokens a second, and more where it is looked at more often", () => {
    // Five seconds of 10,026 bytes were billed at 1,290 tokens.
    const film = { inlineData: { mimeType: "video/mp4", data: "A".repeat(13_368) } };
    const once = extras(part(film));
    expect(once.tokens).toBeGreaterThanOrEqual(1_290);
    expect(once.audioTokens).toBeGreaterThan(0);
    const often = extras(part({ ...film, videoMetadata: { fps: 10 } }));
    expect(often.tokens).toBeGreaterThan(8 * once.tokens);
    const other = extras(part({ ...film, videoMetadata: { fps: 1 }, video_metadata: { fps: 10 } }));
    expect(other.tokens).toBe(often.tokens);
  });

  test("a document costs its pages, or its bytes", () => {
    const { tokens } = media("application/pdf", "A".repeat(40_000));
    expect(tokens).toBeGreaterThanOrEqual(30_000);
  });

  test("what is only named is bounded by the model's context", () => {
    const named = extras(part({ fileData: { mimeType: "video/mp4", fileUri: "gs://b/film.mp4" } }));
    expect(named).toMatchObject({ unseenInput: true });
    expect(named.audioTokens).toBeGreaterThan(0);
    expect(extras({ cachedContent: "cachedContents/1" })).toMatchObject({ unseenInput: true });
    expect(extras({ cached_content: "cachedContents/1" })).toMatchObject({ unseenInput: true });
    expect(extras(part({ text: "a" })).unseenInput).toBeUndefined();
  });

  test("are the same in every spelling, and with one element in place of a list", () => {
    const image = { mime_type: "image/png", data: "AAAA" };
    const plain = extras(part({ inlineData: { mimeType: "image/png", data: "AAAA" } })).tokens;
    expect(extras(part({ inline_data: image })).tokens).toBe(plain);
    expect(extras({ contents: { parts: { inline_data: image } } }).tokens).toBe(plain);
    expect(extras({ system_instruction: { parts: [{ inline_data: image }] } }).tokens).toBe(plain);
    expect(extras(part({ functionResponse: { parts: [{ inlineData: image }] } })).tokens).toBe(plain);
  });

  test("text that only looks like a picture counts as text", () => {
    const body = part({
      functionResponse: { response: { inlineData: { mimeType: "image/png", data: "A".repeat(9_000) } } },
    });
    expect(boundOf(body)).toBeGreaterThanOrEqual(9_000);
  });

  test("tools that Google runs read the input again, and may search", () => {
    const search = { tools: [{ googleSearch: {} }], generationConfig: { maxOutputTokens: 256 } };
    const old = extras(search);
    expect(old.readings).toBeGreaterThan(2);
    expect(old.toolCalls).toEqual({ google_search: 1 });
    // 331 tokens were billed under a limit of 256: what was thought before a search comes on top.
    expect(256 + old.outputTokens).toBeGreaterThanOrEqual(331);
    const newer = extras(search, FLASH.replace("2.5", "3"));
    expect(newer.toolCalls["google_search"]).toBeGreaterThanOrEqual(2);
    expect(extras({ tools: { google_search_retrieval: {} } }).toolCalls).toEqual({ google_search: 1 });
    expect(extras({ tools: [{ googleMaps: {} }, { codeExecution: {} }] }).toolCalls).toEqual({
      google_maps: 1,
    });
    expect(extras({ tools: [{ urlContext: {} }] }).resultTokens).toBeGreaterThan(3_185);
    const functions = extras({ tools: [{ functionDeclarations: [{ name: "f" }, { name: "g" }] }] });
    expect(functions).toMatchObject({ readings: 1, outputTokens: 0, toolCalls: {} });
    expect(functions.tokens).toBeGreaterThan(0);
  });

  test("answers may be spoken or drawn", () => {
    const asked = (responseModalities: unknown, path = FLASH) =>
      extras({ generationConfig: { responseModalities } }, path);
    expect(asked(["TEXT"])).toMatchObject({ audioOutput: false, outputTokens: 0 });
    expect(asked(["AUDIO"]).audioOutput).toBe(true);
    expect(asked([3]).audioOutput).toBe(true);
    expect(asked("audio").audioOutput).toBe(true);
    expect(asked(["TEXT", "IMAGE"]).outputTokens).toBeGreaterThanOrEqual(2_520);
    expect(
      asked([], "/v1beta/models/gemini-2.5-flash-image:generateContent").outputTokens,
    ).toBeGreaterThanOrEqual(1_290);
    expect(asked([], "/v1beta/models/gemini-2.5-flash-preview-tts:generateContent").audioOutput).toBe(true);
    expect(asked([{ toString: 1 }])).toMatchObject({ audioOutput: false });
  });
});
