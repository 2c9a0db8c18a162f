import { describe, expect, test } from "vitest";
import { google } from "../../../src/providers/google/google.ts";
import { routeOf } from "../../../src/providers/registry.ts";
import { vertex } from "../../../src/providers/vertex/vertex.ts";

const metering = (method: string, path: string) => {
  const route = routeOf(method, path);
  if (!route) return undefined;
  return typeof route.metering === "object" && route.metering !== null ? route.metering.name : route.metering;
};
const post = (path: string) => metering("POST", path);
const PROJECT = "/vertex/v1/projects/my-project/locations/us-central1";

describe("Google's paths", () => {
  test.each([
    ["/google/v1beta/models/gemini-2.5-flash:generateContent", "gemini-generate"],
    ["/google/v1/models/gemini-2.5-flash:streamGenerateContent", "gemini-generate"],
    ["/google/v1alpha/tunedModels/mine:generateContent", "gemini-generate"],
    ["/google/v1beta/models/gemini-embedding-001:embedContent", "gemini-embed"],
    ["/google/v1beta/models/gemini-embedding-001:batchEmbedContents", "gemini-embed"],
    ["/google/v1beta/models/imagen-4.0-generate-001:predict", "google-predict"],
    ["/google/v1beta/interactions", "gemini-interactions"],
    ["/google/v1beta/openai/chat/completions", "openai-chat"],
    ["/google/v1beta/models/gemini-2.5-flash:countTokens", "free"],
    ["/google/v1beta/interactions/v1_abc/cancel", "free"],
  ])("POST %s is metered as %s", (path, name) => expect(post(path)).toBe(name));

  test.each([
    "/google/v1beta/models",
    "/google/v1beta/models/gemini-2.5-flash",
    "/google/v1beta/interactions/v1_abc",
    "/google/v1beta/cachedContents/abc",
    "/google/v1beta/openai/models",
  ])("GET %s is free", (path) => expect(metering("GET", path)).toBe("free"));

  test.each([
    "/google/v1beta/cachedContents",
    "/google/v1beta/models/gemini-2.5-flash:batchGenerateContent",
    "/google/v1beta/models/veo-3.0-generate-001:predictLongRunning",
    "/google/v1beta/models/gemini-2.5-flash%3AgenerateContent",
    "/google/v1beta/models/gemini-2.5-flash:generateContent/",
    "/google/v1beta/models%2Fgemini-2.5-flash:generateContent",
    "/google/v1beta/models/a/b%2Fc:generateContent",
    "/google/v1beta/models/gemini-2.5-flash:GenerateContent",
    "/google/upload/v1beta/files",
  ])("law 11: POST %s can't be metered", (path) => expect(post(path)).toBeNull());

  test("its OpenAI-compatible mode has OpenAI's errors and a bearer", () => {
    expect(routeOf("POST", "/google/v1beta/openai/chat/completions")).toMatchObject({
      envelope: "openai",
      auth: "bearer",
    });
    expect(routeOf("POST", "/google/v1beta/models/g:generateContent")).toMatchObject({
      envelope: "google",
      auth: "x-goog-api-key",
    });
  });
});

describe("Vertex's paths", () => {
  test.each([
    [`${PROJECT}/publishers/google/models/gemini-2.5-flash:generateContent`, "gemini-generate"],
    ["/vertex/v1beta1/publishers/google/models/gemini-2.5-flash:streamGenerateContent", "gemini-generate"],
    [`${PROJECT}/publishers/google/models/gemini-embedding-2:embedContent`, "gemini-embed"],
    [`${PROJECT}/publishers/google/models/text-embedding-005:predict`, "google-predict"],
    [`${PROJECT}/publishers/anthropic/models/claude-haiku-4-5@20251001:rawPredict`, "vertex-anthropic"],
    [`${PROJECT}/publishers/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict`, "vertex-anthropic"],
    [`${PROJECT}/publishers/mistralai/models/mistral-small-2503:rawPredict`, "vertex-mistral"],
    [`${PROJECT}/endpoints/openapi/chat/completions`, "openai-chat"],
    [`${PROJECT}/publishers/google/models/gemini-2.5-flash:countTokens`, "free"],
    [`${PROJECT}/publishers/anthropic/models/count-tokens:rawPredict`, "free"],
  ])("POST %s is metered as %s", (path, name) => expect(post(path)).toBe(name));

  test.each([
    `${PROJECT}/cachedContents`,
    `${PROJECT}/endpoints/1234:generateContent`,
    `${PROJECT}/publishers/google/models/veo-3.0:predictLongRunning`,
    `${PROJECT}/publishers/google/models/multimodalembedding@001:predict`,
    `${PROJECT}/publishers/meta/models/llama:rawPredict`,
    `${PROJECT}/batchPredictionJobs`,
    "/vertex/v1/projects/p/locations/evil.example/publishers/google/models/g:generateContent",
  ])("law 11: POST %s can't be metered", (path) => expect(post(path)).toBeNull());
});

describe("what would hide the usage of a call", () => {
  const hidden = (query: string, headers: Record<string, string> = {}) =>
    google.hiddenUsage?.({ query: new URLSearchParams(query), headers: new Headers(headers) });

  test.each([
    "",
    "alt=sse",
    "alt=json&key=x",
    "%24alt=json%3Benum-encoding%3Dint",
    "prettyPrint=false",
    "quotaUser=u",
  ])("is not %s", (query) => expect(hidden(query)).toBeNull());

  test.each([
    ["fields=candidates", "fields"],
    ["%24fields=candidates", "$fields"],
    ["alt=proto", "alt"],
    ["alt=sse&alt=media", "alt"],
    ["%24alt=proto", "$alt"],
    ["callback=f", "callback"],
    ["%24ct=text/plain", "$ct"],
    ["anything=else", "anything"],
  ])("is %s", (query, param) => expect(hidden(query)).toBe(param));

  test("is a header that masks the answer, or one that asks for a dearer service (law 11)", () => {
    expect(hidden("", { "X-Goog-FieldMask": "candidates" })).toBe("x-goog-fieldmask");
    expect(hidden("", { "x-http-method-override": "GET" })).toBe("x-http-method-override");
    const shared = "x-vertex-ai-llm-shared-request-type";
    expect(
      vertex.hiddenUsage?.({ query: new URLSearchParams(), headers: new Headers({ [shared]: "priority" }) }),
    ).toBe(shared);
    expect(hidden("", { [shared]: "flex" })).toBeNull();
    expect(hidden("", { "x-goog-api-client": "genai-js" })).toBeNull();
  });
});
