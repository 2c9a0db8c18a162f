import { describe, expect, test } from "vitest";
import { openrouter } from "../../../src/providers/compatible/compatible.ts";
import type { JsonObject } from "../../../src/providers/wire.ts";
import { extrasOf, factsOf, faultOf, readBodyOf, wireAt } from "../support.ts";

const wire = wireAt(openrouter, "/api/v1/chat/completions");
const body = (members: JsonObject): JsonObject => ({ model: "a/one", messages: [], ...members });

describe("the models that may answer", () => {
  test("are the one that is named and its fallbacks, each once", () => {
    expect(factsOf(wire, body({})).alternatives).toBeUndefined();
    const facts = factsOf(wire, body({ models: ["a/one", "b/two", "b/two"], route: "fallback" }));
    expect(facts).toMatchObject({ model: "a/one", alternatives: ["b/two"] });
  });

  test("may all stand in the list", () => {
    const facts = factsOf(wire, { messages: [], models: ["a/one", "b/two"] });
    expect(facts).toMatchObject({ model: "a/one", alternatives: ["b/two"] });
  });

  test("may be named by a preset, which has no price (law 11)", () => {
    expect(factsOf(wire, body({ preset: "mine" })).alternatives).toEqual(["@preset"]);
  });

  test("are texts, and not too many", () => {
    expect(faultOf(wire, body({ models: "b/two" }))).toBe("models");
    expect(faultOf(wire, body({ models: ["b/two", 7] }))).toBe("models");
    expect(faultOf(wire, body({ models: Array.from({ length: 30 }, (_, at) => `m/${at}`) }))).toBe("models");
    expect(faultOf(wire, { messages: [] })).toBe("model");
  });
});

test("law 3: a limit below 16 is raised to 16, as OpenRouter does for providers that take no smaller one", () => {
  expect(factsOf(wire, body({ max_tokens: 1 }))).toMatchObject({ outputLimit: 16, outputFloor: 16 });
  expect(factsOf(wire, body({ max_tokens: 17 }))).toMatchObject({ outputLimit: 17, outputFloor: 16 });
});

describe("tools that OpenRouter runs are held for", () => {
  const uses = (members: JsonObject) => extrasOf(wire, body(members)).toolCalls;

  test("searches, by the engine that they may use", () => {
    const search = (parameters: JsonObject) =>
      uses({ tools: [{ type: "openrouter:web_search", parameters }] });
    expect(search({ max_uses: 1, search_context_size: "medium" })).toEqual({ web_search: 1 });
    expect(search({})).toEqual({ web_search: 10 });
    expect(search({ engine: "exa", max_uses: 2 })).toEqual({ web_result: 10 });
    expect(search({ max_uses: 2, max_results: 20 })).toEqual({ web_search: 2, web_result: 16 });
    expect(search({ max_uses: -1 })).toEqual({ web_search: 1_000 });
  });

  test("the web plugin, unless it is off", () => {
    expect(uses({ plugins: [{ id: "web", engine: "exa" }] })).toEqual({ web_result: 5 });
    expect(uses({ plugins: [{ id: "web" }] })).toEqual({ web_search: 5 });
    expect(uses({ plugins: [{ id: "web", enabled: false }, { id: "response-healing" }] })).toEqual({});
  });

  test("what isn't known has no price (law 11)", () => {
    expect(uses({ plugins: [{ id: "fusion" }], tools: [{ type: "openrouter:image_generation" }] })).toEqual({
      "plugin fusion": 1,
      "openrouter:image_generation": 1,
    });
    expect(
      uses({ tools: [{ type: "function", function: { name: "f" } }, { type: "openrouter:datetime" }] }),
    ).toEqual({});
  });

  test("each search is a reading of the input more, and brings its results", () => {
    const { readings, resultTokens } = extrasOf(
      wire,
      body({ tools: [{ type: "openrouter:web_search", parameters: { max_uses: 2 } }] }),
    );
    expect({ readings, resultTokens }).toEqual({ readings: 3, resultTokens: 60_000 });
  });
});

test("searches that it ran are counted, and the stated cost has them inside", () => {
  const usage = {
    prompt_tokens: 8_000,
    completion_tokens: 30,
    cost: 0.0133176,
    server_tool_use_details: { web_search_requests: 1 },
  };
  expect(readBodyOf(wire, 200, { choices: [], usage })).toMatchObject({
    usage: { tool_calls: { web_search: 1 } },
    costNanoUsd: 13_317_600,
  });
});
