import { describe, expect, test } from "vitest";
import { vertexBaseUrl } from "../../../src/providers/vertex/location.ts";
import { vertexAnthropic, vertexMistral } from "../../../src/providers/vertex/raw-predict.ts";
import { factsAt, faultAt } from "../google/support.ts";

const at = (location: string) =>
  `/v1/projects/p/locations/${location}/publishers/google/models/g:generateContent`;
const CLAUDE =
  "/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001:rawPredict";
const MISTRAL =
  "/v1/projects/p/locations/us-central1/publishers/mistralai/models/mistral-small-2503:rawPredict";

describe("the host of a location", () => {
  test.each([
    ["us-central1", "https://us-central1-aiplatform.googleapis.com"],
    ["northamerica-northeast2", "https://northamerica-northeast2-aiplatform.googleapis.com"],
    ["europe-west12", "https://europe-west12-aiplatform.googleapis.com"],
    ["global", "https://aiplatform.googleapis.com"],
    ["eu", "https://aiplatform.eu.rep.googleapis.com"],
  ])("%s is %s", (location, base) => expect(vertexBaseUrl(at(location))).toBe(base));

  test("of a path with no project is the global one", () => {
    expect(vertexBaseUrl("/v1/publishers/google/models/g:generateContent")).toBe(
      "https://aiplatform.googleapis.com",
    );
  });

  test.each([
    "evil.example",
    "evil.example%23",
    "us-central1.evil",
    "us-central1@evil",
    "US-CENTRAL1",
    "us_central1",
    "-us-central1",
    "evil",
    "us-central1-extra",
    "",
    `${"a".repeat(30)}-west1`,
  ])("is none for %s: a client may not choose where our token goes", (location) => {
    expect(vertexBaseUrl(at(location))).toBeNull();
  });

  test("is none for a path without a location", () => {
    expect(vertexBaseUrl("/v1/projects/p/publishers/google/models/g:generateContent")).toBeNull();
    expect(vertexBaseUrl("//evil.example/locations/us-central1/x")).toBeNull();
  });
});

describe("models of others", () => {
  test("Claude's format has the path's model, and no other", () => {
    const body = { max_tokens: 20, messages: [], anthropic_version: "vertex-2023-10-16" };
    const facts = factsAt(vertexAnthropic, CLAUDE, { ...body, metadata: { user_id: "u" } });
    expect(facts).toMatchObject({
      model: "claude-haiku-4-5@20251001",
      stream: false,
      outputLimit: 20,
      endUser: "u",
    });
    expect(factsAt(vertexAnthropic, CLAUDE, { ...body, model: "claude-opus-4-8" }).model).toBe(facts.model);
    expect(factsAt(vertexAnthropic, CLAUDE.replace(":raw", ":streamRaw"), body).stream).toBe(true);
    expect(factsAt(vertexAnthropic, CLAUDE, { ...body, stream: true }).stream).toBe(true);
    expect(faultAt(vertexAnthropic, CLAUDE, { ...body, max_tokens: "x" })).toBe("max_tokens");
    expect(vertexAnthropic.clampEdits(body, facts, 10)).toEqual([{ path: ["max_tokens"], value: 10 }]);
  });

  test("Mistral's states its usage unasked, and has one limit", () => {
    const body = { model: "mistral-small-2503", stream: true, messages: [] };
    const facts = factsAt(vertexMistral, MISTRAL, body);
    expect(facts).toMatchObject({ model: "mistral-small-2503", stream: true, usageAsked: true });
    expect(vertexMistral.usageEdits(body, facts)).toEqual([]);
    expect(vertexMistral.clampEdits(body, facts, 10)).toEqual([{ path: ["max_tokens"], value: 10 }]);
  });
});
