import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { parseScopePolicy } from "../../src/domain/policy.ts";
import { priceFor } from "../../src/gate/price-for.ts";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { priceOverrides } from "../../src/ledger/policy-schema.ts";
import {
  bodyOf,
  detailOf,
  emptyRedis,
  type Harness,
  make,
  pointersOf,
  publishedScopes,
  START_MS,
  startHarness,
  versionOf,
} from "./harness.ts";

let harness: Harness;
let other: string;
beforeAll(async () => {
  harness = await startHarness();
  other = await make(harness, "organizations", { name: "Other" });
});
beforeEach(async () => {
  await harness.database.delete(priceOverrides);
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const put = (path: string, body: unknown) => call("PUT", `/api/v1/prices/${path}`, { body });

/** What the gate computes with, from the document that it reads. */
async function gatePrice(provider: string, model: string, org = "org_default") {
  const { json } = await readPolicyDocument(harness.database, org, {
    kind: "scope",
    id: `organization:${org}`,
  });
  const policies = { priceOverrides: parseScopePolicy(json).priceOverrides ?? [] };
  return priceFor(policies, { provider, model, atMs: START_MS });
}

const page = z.object({
  data: z.array(z.looseObject({ provider: z.string(), model: z.string() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});
async function search(query: string) {
  const { data, ...rest } = page.parse((await call("GET", `/api/v1/prices${query}`)).body);
  return { ...rest, names: data.map(({ provider, model }) => `${provider}/${model}`), data };
}

describe("an override", () => {
  test("is made and replaced by PUT, shown, and taken off by DELETE", async () => {
    const made = await put("openai/gpt-4o", { input: "1.50", output: 6 });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({
      provider: "openai",
      model: "gpt-4o",
      source: "override",
      input: "1.50",
      output: "6.00",
      override: { input: "1.50", output: "6.00" },
      version: "override openai/gpt-4o 2026-05-13T10:30:00.000Z",
      updated_at: "2026-05-13T10:30:00.000Z",
    });
    // The list's cache rate goes with the list's input rate.
    expect(made.body).not.toHaveProperty("cache_read");
    expect((await call("GET", "/api/v1/prices/openai/gpt-4o")).body).toEqual(made.body);
    expect((await put("openai/gpt-4o", { per_request: "0.01" })).body).toMatchObject({
      input: "2.50",
      per_request: "0.01",
      override: { per_request: "0.01" },
    });
    expect((await call("DELETE", "/api/v1/prices/openai/gpt-4o")).status).toBe(204);
    expect((await call("DELETE", "/api/v1/prices/openai/gpt-4o")).status).toBe(404);
    expect((await call("GET", "/api/v1/prices/openai/gpt-4o")).body).toMatchObject({
      source: "list",
      input: "2.50",
    });
  });

  test("law 10: it is in the organization's document before it is answered", async () => {
    const before = await versionOf(harness, "organization:org_default");
    await put("openai/gpt-4o", { input: "1", output: "2" });
    expect(publishedScopes(harness)).toEqual(["organization:org_default"]);
    expect(await versionOf(harness, "organization:org_default")).toBe(before + 1);
    expect((await gatePrice("openai", "gpt-4o"))?.rates).toEqual({ input: 1e9, output: 2e9 });
    await call("DELETE", "/api/v1/prices/openai/gpt-4o");
    expect(publishedScopes(harness)).toEqual(["organization:org_default"]);
    expect((await gatePrice("openai", "gpt-4o"))?.rates.input).toBe(2.5e9);
  });

  test("belongs to one organization", async () => {
    await put(`openai/gpt-4o?organization_id=${other}`, { input: "9", output: "9" });
    expect((await gatePrice("openai", "gpt-4o"))?.rates.input).toBe(2.5e9);
    expect((await gatePrice("openai", "gpt-4o", other))?.rates.input).toBe(9e9);
    expect((await call("DELETE", "/api/v1/prices/openai/gpt-4o")).status).toBe(404);
    expect(pointersOf(await put("openai/gpt-4o?organization_id=org_none", { input: "1" }))).toEqual([
      "/organization_id",
    ]);
  });

  test.each([
    ["openrouter", "anthropic/claude-x"],
    ["fireworks", "accounts/fireworks/models/y"],
    ["my-provider", "a model: 100% ?&#"],
  ])("of %s may be for %s, slashes and all", async (provider, model) => {
    for (const name of [model.split("/").map(encodeURIComponent).join("/"), encodeURIComponent(model)]) {
      expect((await put(`${provider}/${name}`, { input: "1", output: "1" })).body).toMatchObject({ model });
      expect((await gatePrice(provider, model))?.rates).toEqual({ input: 1e9, output: 1e9 });
      expect((await call("DELETE", `/api/v1/prices/${provider}/${name}`)).status).toBe(204);
    }
  });

  test("may be a glob, which gives way to a longer one and to a model's own", async () => {
    await put("openai/gpt-*", { multiplier: "2" });
    await put("openai/gpt-4o-*", { multiplier: 0.5 });
    await put("openai/gpt-4o", { input: "7", output: "7" });
    expect((await gatePrice("openai", "gpt-5"))?.rates.input).toBe(2.5e9);
    expect((await gatePrice("openai", "gpt-4o-mini"))?.rates.input).toBe(75_000_000);
    expect((await gatePrice("openai", "gpt-4o"))?.rates.input).toBe(7e9);
    expect((await call("GET", "/api/v1/prices/openai/gpt-*")).body).toMatchObject({
      multiplier: "2",
      override: { multiplier: "2" },
    });
    expect((await call("GET", "/api/v1/prices/openai/gpt-4o-mini")).body).toMatchObject({
      source: "override",
      input: "0.075",
      version: "override openai/gpt-4o-* 2026-05-13T10:30:00.000Z",
    });
  });

  test("has units and tools, each by the piece", async () => {
    const body = {
      units: { images: "0.04", seconds: 0.0001, characters: "0.000015" },
      tool_calls: { lookup: "0.01" },
    };
    expect((await put("own/sight", body)).body).toMatchObject({
      units: { images: "0.04", seconds: "0.0001", characters: "0.000015" },
      tool_calls: { lookup: "0.01" },
    });
    expect(await gatePrice("own", "sight")).toMatchObject({
      units: { images: 40_000_000_000_000, seconds: 100_000_000_000, characters: 15_000_000_000 },
      tool_calls: { lookup: 10_000_000 },
    });
  });

  test.each<[string, unknown, string[]]>([
    ["negative", { input: "-1", output: "1" }, ["/input"]],
    ["a negative number", { input: 1, output: -0.5 }, ["/output"]],
    ["NaN", { input: "NaN" }, ["/input"]],
    ["infinite", { input: "Infinity" }, ["/input"]],
    ["an exponent", { input: "1e3" }, ["/input"]],
    ["too many places", { input: "0.0000000001" }, ["/input"]],
    ["absurd", { input: "1000001" }, ["/input"]],
    ["an absurd unit", { units: { images: "9.01" } }, ["/units/images"]],
    ["an unknown unit", { units: { slides: "1" } }, ["/units/slides"]],
    ["a negative tool", { tool_calls: { web_search: -1 } }, ["/tool_calls/web_search"]],
    ["a negative fee", { per_request: "-0.01" }, ["/per_request"]],
    ["a negative factor", { multiplier: -2 }, ["/multiplier"]],
    ["an absurd factor", { multiplier: "1001" }, ["/multiplier"]],
    ["nothing", {}, ["/input"]],
    ["nothing but nulls", { input: null, units: null }, ["/input"]],
    ["both kinds", { multiplier: 2, input: "1" }, ["/input"]],
    ["an unknown field", { input: "1", inputs: "1" }, ["/inputs"]],
    ["no object", [], [""]],
  ])("R32, R55: %s is a bad field", async (_, body, pointers) => {
    const answer = await put("openai/gpt-4o", body);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(pointers);
    expect((await gatePrice("openai", "gpt-4o"))?.version).toMatch(/^genai-prices/);
  });

  test("R55: JSON has no Infinity, and a number that overflows is none", async () => {
    const answer = await call("PUT", "/api/v1/prices/openai/gpt-4o", { text: '{"input": 1e999}' });
    expect(detailOf(answer, "/input")).toMatch(/not a number/);
  });

  test("needs a provider's name and a model's", async () => {
    expect(pointersOf(await put("Open%20AI/gpt-4o", { input: "1" }))).toEqual(["/provider"]);
    expect(pointersOf(await put(`openai/${"x".repeat(257)}`, { input: "1" }))).toEqual(["/model"]);
    expect((await put("openai", { input: "1" })).status).toBe(404);
    expect((await call("POST", "/api/v1/prices/openai/gpt-4o", { body: {} })).status).toBe(405);
  });
});

describe("the search", () => {
  test("finds models of the list by a part of their name, with their price", async () => {
    const { data, names } = await search("?q=openai/gpt-4o-mini");
    expect(names[0]).toBe("openai/gpt-4o-mini");
    expect(data[0]).toEqual({
      provider: "openai",
      model: "gpt-4o-mini",
      source: "list",
      input: "0.15",
      output: "0.60",
      cache_read: "0.075",
      tool_calls: {
        web_search: "0.01",
        web_search_preview: "0.025",
        file_search: "0.0025",
        code_interpreter: "0.03",
        code_interpreter_4g: "0.12",
        code_interpreter_16g: "0.48",
        code_interpreter_64g: "1.92",
      },
      version: expect.stringMatching(/^genai-prices@.* openai\/gpt-4o-mini$/),
    });
  });

  test("shows long-context rates, and what is charged by the piece", async () => {
    const [opus] = (await search("?q=anthropic/claude-sonnet-4-5")).data;
    expect(opus).toMatchObject({ tiers: [{ above_input_tokens: 200_000, input: "6.00", output: "22.50" }] });
    // Not in the library, so only its whole name finds it.
    const [picture] = (await search("?q=openai/dall-e-3")).data;
    expect(picture).toMatchObject({ units: { images: "0.12" } });
    expect((await search("?q=openai/whisper-1")).data[0]).toMatchObject({ units: { seconds: "0.0001" } });
  });

  test("has overrides too, and goes page by page", async () => {
    await put("zeta/alpha", { input: "1", output: "1" });
    await put("zeta/beta", { input: "1", output: "1" });
    const first = await search("?q=zeta&limit=1");
    expect(first).toMatchObject({ names: ["zeta/alpha"], has_more: true });
    expect(await search(`?q=zeta&limit=1&cursor=${first.next_cursor}`)).toMatchObject({
      names: ["zeta/beta"],
      has_more: false,
    });
    expect((await search(`?q=zeta&organization_id=${other}`)).names).toEqual([]);
    expect((await search("?limit=200")).has_more).toBe(true);
  });

  test("refuses what it doesn't know", async () => {
    expect(pointersOf(await call("GET", "/api/v1/prices?query=x"))).toEqual(["/query"]);
    expect(pointersOf(await call("GET", "/api/v1/prices?limit=0"))).toEqual(["/limit"]);
  });
});

describe("a quote", () => {
  const CHAT = "/openai/v1/chat/completions";
  const quote = (body: unknown, query = "") => call("POST", `/api/v1/prices/quote${query}`, { body });
  const chat = (fields: object = {}) => ({
    path: CHAT,
    body: { model: "gpt-4o", messages: [{ role: "user", content: "Hi" }], max_tokens: 100, n: 2, ...fields },
  });

  test("says what a call would hold, and by which price", async () => {
    const asked = chat();
    const bytes = JSON.stringify(asked.body).length;
    const answer = await quote(asked);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      provider: "openai",
      model: "gpt-4o",
      input_tokens_bound: bytes,
      output_tokens_bound: 200,
      // 2.50 and 10 USD per million.
      hold: String((bytes * 2_500 + 200 * 10_000) / 1e9),
      price: { input: "2.50", output: "10.00" },
    });
  });

  test("is by the organization's own prices and aliases", async () => {
    await put("openai/gpt-4o", { input: "0", output: "1" });
    expect(bodyOf(await quote(chat()))["hold"]).toBe("0.0002");
    expect(bodyOf(await quote(chat(), `?organization_id=${other}`))["hold"]).not.toBe("0.0002");
    await call("PATCH", `/api/v1/organizations/${other}`, {
      body: { model_aliases: { smart: "openai/o3" } },
    });
    expect(bodyOf(await quote(chat({ model: "smart" }), `?organization_id=${other}`))["model"]).toBe("o3");
  });

  test("of what is free is nothing", async () => {
    expect(bodyOf(await quote({ path: "/openai/v1/moderations", body: {} }))["hold"]).toBe("0.00");
  });

  test.each<[string, unknown, number, string[] | string]>([
    ["an unknown model", chat({ model: "gpt-99" }), 403, "model_unpriced"],
    [
      "a service without a price",
      chat({ model: "gpt-5.2-pro", service_tier: "priority" }),
      403,
      "model_unpriced",
    ],
    ["a path that isn't metered", { path: "/openai/v1/files", body: {} }, 400, ["/path"]],
    ["a path that isn't ours", { path: "/nowhere", body: {} }, 400, ["/path"]],
    ["a path that is none", { path: "openai", body: {} }, 400, ["/path"]],
    ["a bad body", chat({ max_tokens: -1 }), 400, ["/body/max_tokens"]],
    ["no body", { path: CHAT }, 400, ["/body"]],
    ["an unknown field", { ...chat(), model: "x" }, 400, ["/model"]],
  ])("of %s is refused", async (_, body, status, expected) => {
    const answer = await quote(body);
    expect(answer.status).toBe(status);
    expect(typeof expected === "string" ? bodyOf(answer)["code"] : pointersOf(answer)).toEqual(expected);
  });
});
