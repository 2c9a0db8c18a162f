import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusalOf } from "../../support/e2e-calls.ts";
import { priceOf, usdOf } from "../../support/e2e-money.ts";
import { PROVIDER_SECRETS } from "../../support/e2e-rig.ts";
import { usageOf } from "../../support/e2e-small-calls.ts";
import { sent, type OwnWorldOf } from "./own-world.ts";

const SECRET = "sk-e2e-acme-33cc";
const PATH = "/acme/v1/chat/completions";
const MESSAGES = [{ role: "user" as const, content: "Hello" }];
const CHAT = { model: "small", messages: MESSAGES, max_tokens: 100 };
/** USD per million tokens. */
const PRICE = { input: "3", output: "7" };
const COST = priceOf([
  [1_000, PRICE.input],
  [50, PRICE.output],
]);

export function custom(world: OwnWorldOf): void {
  beforeAll(async () => {
    const { rest, own } = world();
    await rest.setProvider("acme", { kind: "openai-compatible", base_url: own.url, api_key: SECRET });
    await rest.setPrice("acme/small", PRICE);
  });
  afterAll(async () => {
    await world().rest.setProvider("acme", null);
    await world().rest.setPrice("acme/small", null);
  });

  test("gets its own calls with its own credential, and they cost what the operator says", async () => {
    const { rest } = world();
    const key = await rest.createKey([{ limit: "1" }]);
    const scenario = { usage: usageOf(1_000, 50) };
    for (const body of [CHAT, { ...CHAT, stream: true }]) {
      const { answer, deployment, own } = await sent(world, {
        secret: key.secret,
        path: PATH,
        body,
        scenario,
      });
      expect(answer.status).toBe(200);
      expect(deployment).toEqual([]);
      expect(own).toMatchObject([
        { path: "/v1/chat/completions", headers: { authorization: `Bearer ${SECRET}` } },
      ]);
      expect(JSON.stringify(own[0]?.headers)).not.toContain(key.secret);
      expect(await rest.settledRequest(answer.requestId)).toMatchObject({
        provider: "acme",
        model: "small",
        cost: COST,
        stream: body !== CHAT,
        outcome: "completed",
        estimated: false,
        endpoint: "/v1/chat/completions",
      });
    }
    expect((await rest.idleKey(key.id)).budgets[0]).toMatchObject({ spent: 2n * COST, held: 0n });
  });

  test("is reached at /v1 by its name, by aliases, and by OpenAI's SDK", async () => {
    const { rig, rest } = world();
    const { secret } = await rest.createKey([{ limit: "1" }], { model_aliases: { cheap: "acme/small" } });
    for (const [path, model] of [
      ["/v1/chat/completions", "acme/small"],
      ["/v1/chat/completions", "cheap"],
      [PATH, "cheap"],
    ] as const) {
      const { answer, own } = await sent(world, { secret, path, body: { ...CHAT, model } });
      expect(answer.status).toBe(200);
      expect(JSON.parse(own[0]?.body.toString() ?? "")).toEqual(CHAT);
      expect(own[0]?.path).toBe("/v1/chat/completions");
    }
    const openai = new OpenAI({ baseURL: `${rig.url}/acme/v1`, apiKey: secret, maxRetries: 0 });
    const completion = await openai.chat.completions.create(CHAT);
    expect(completion.choices[0]?.message.content).toContain("scripted provider");
    const { data } = await new OpenAI({ baseURL: `${rig.url}/v1`, apiKey: secret }).models.list();
    expect(data.filter(({ owned_by }) => owned_by === "acme")).toMatchObject([
      { id: "cheap", pricing: { input: "3.00" } },
      { id: "acme/small", pricing: { output: "7.00" } },
    ]);
  });

  test("law 11: a model of its that has no price is refused under a usd budget, and metered without one", async () => {
    const { rest } = world();
    const bound = await rest.createKey([{ limit: "1" }]);
    const unbound = await rest.createKey();
    for (const [path, model] of [
      [PATH, "large"],
      // What another provider calls so has its price there alone.
      [PATH, "gpt-4o-mini"],
      ["/v1/chat/completions", "acme/large"],
    ] as const) {
      const call = { path, body: { ...CHAT, model } };
      const refused = await sent(world, { ...call, secret: bound.secret });
      expect(refused.answer.status).toBe(403);
      expect(refusalOf(refused.answer)).toMatchObject({
        error: { code: "model_unpriced", param: "model" },
        tollgate: { code: "model_unpriced" },
      });
      expect(refused.own).toEqual([]);
      const passed = await sent(world, {
        ...call,
        secret: unbound.secret,
        scenario: { usage: usageOf(8, 9) },
      });
      expect(passed.answer.status).toBe(200);
      expect(await rest.settledRequest(passed.answer.requestId)).toMatchObject({
        cost: 0n,
        usage: { input_total: 8, output_total: 9 },
      });
    }
  });

  test("law 3: is clamped in the field that every such server knows", async () => {
    const { rest } = world();
    const body = { model: "small", messages: MESSAGES, max_completion_tokens: 90_000 };
    const { secret } = await rest.createKey([{ limit: "0.01" }]);
    const { answer, own } = await sent(world, { secret, path: PATH, body });
    expect(answer.status).toBe(200);
    const limit = Number(answer.headers.get("x-tollgate-max-output-tokens"));
    expect(limit).toBeGreaterThan(256);
    expect(limit).toBeLessThan(1_429);
    expect(JSON.parse(own[0]?.body.toString() ?? "")).toEqual({
      ...body,
      max_tokens: limit,
      max_completion_tokens: limit,
    });
    const { secret: poor } = await rest.createKey([{ limit: "0" }]);
    const refused = await sent(world, { secret: poor, path: PATH, body });
    expect(refusalOf(refused.answer)).toMatchObject({ error: { code: "budget_exceeded" } });
  });

  test("whose base_url leads back to Tollgate is refused, with nothing left held, after a few rounds", async () => {
    const { rig, rest } = world();
    const key = await rest.createKey([{ limit: "1" }]);
    const back = { base_url: `${rig.url}/acme`, api_key: key.secret };
    await rest.setProvider("acme", { kind: "openai-compatible", ...back });
    const { answer, own } = await sent(world, { secret: key.secret, path: PATH, body: CHAT });
    await rest.setProvider("acme", { kind: "openai-compatible", base_url: world().own.url, api_key: SECRET });
    expect([answer.status, own]).toEqual([400, []]);
    expect(refusalOf(answer)).toMatchObject({ error: { message: expect.stringContaining("goes round") } });
    expect((await rest.idleKey(key.id)).budgets[0]).toMatchObject({ spent: 0n, held: 0n });
  });

  test("its own word on the cost is shown, and not believed", async () => {
    const { rest } = world();
    const key = await rest.createKey([{ limit: "1" }]);
    const scenario = { usage: { ...usageOf(1_000, 50), cost: 0 } };
    const { answer } = await sent(world, { secret: key.secret, path: PATH, body: CHAT, scenario });
    expect(answer.headers.get("x-tollgate-cost-usd")).toBe(usdOf(COST).replace(/0+$/, ""));
    const request = await rest.settledRequest(answer.requestId);
    expect(request).toMatchObject({ cost: COST, provider_cost: "0.00" });
  });

  test("is held to the key's lists of providers, models and endpoints", async () => {
    const { rest } = world();
    const refusalAt = async (fields: object, path = PATH) => {
      const { secret } = await rest.createKey([], fields);
      const { answer } = await sent(world, { secret, path, body: CHAT });
      return answer.status === 200 ? 200 : refusalOf(answer).tollgate.code;
    };
    expect(await refusalAt({ providers: ["acme"] })).toBe(200);
    expect(await refusalAt({ providers: ["openai"] })).toBe("provider_not_allowed");
    expect(await refusalAt({ models: ["acme/*"] })).toBe(200);
    expect(await refusalAt({ models: ["openai/*"] })).toBe("model_not_allowed");
    expect(await refusalAt({ endpoints: ["/v1/embeddings"] })).toBe("endpoint_not_allowed");
    expect(await refusalAt({ providers: ["openai"] }, "/acme/v1/files")).toBe("provider_not_allowed");
  });

  test("law 11: a path of its that can't be metered is refused under a usd budget, and free ones pass", async () => {
    const { rest } = world();
    const { secret } = await rest.createKey([{ limit: "0" }]);
    const refused = await sent(world, { secret, path: "/acme/v1/files", body: CHAT });
    expect(refusalOf(refused.answer).tollgate.code).toBe("endpoint_not_allowed");
    const free = await sent(world, { secret, path: "/acme/v1/models", method: "GET" });
    expect(free.answer.status).toBe(200);
    expect(free.own[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  test("is there for its organization alone: 404 for an unknown name, 401 for a bad key", async () => {
    const { rest } = world();
    const { secret, id } = await rest.createKey();
    const status = async (options: Parameters<typeof sent>[1]) => {
      const { answer, own, deployment } = await sent(world, { body: CHAT, ...options });
      expect([own.length, deployment.length]).toEqual(answer.status === 200 ? [1, 0] : [0, 0]);
      return answer.status === 200 ? 200 : [answer.status, refusalOf(answer).tollgate.code];
    };
    expect(await status({ secret, path: "/nobody/v1/chat/completions" })).toEqual([404, "not_found"]);
    expect(await status({ secret, path: "/nobody/v1/chat/completions", body: "no JSON" })).toEqual([
      404,
      "not_found",
    ]);
    expect(await status({ secret, path: "/nobody/v1/files" })).toEqual([404, "not_found"]);
    expect(await status({ path: PATH })).toEqual([404, "not_found"]);
    const forged = `${secret.slice(0, -1)}${secret.endsWith("0") ? "1" : "0"}`;
    for (const bad of [forged, "sk-of-somebody-else"]) {
      expect(await status({ secret: bad, path: PATH })).toEqual([401, "invalid_key"]);
      expect(await status({ secret: bad, path: "/nobody/v1/x" })).toEqual([401, "invalid_key"]);
    }
    await rest.revokeKey(id);
    expect(await status({ secret, path: "/nobody/v1/x" })).toEqual([401, "key_revoked"]);
  });

  test("law 10: is called where it was moved from the next call on, and isn't once it is gone", async () => {
    const { rest, own } = world();
    const { secret } = await rest.createKey();
    const body = { ...CHAT, model: "other" };
    const reached = async (path = "/mover/v1/chat/completions") => {
      const { answer, own: got } = await sent(world, { secret, path, body });
      return [answer.status, ...got.map((request) => request.path)];
    };
    const at = (base_url: string) => rest.setProvider("mover", { kind: "openai-compatible", base_url });
    expect(await reached()).toEqual([404]);
    await at(own.url);
    expect(await reached()).toEqual([200, "/v1/chat/completions"]);
    await at(`${own.url}/openai/v1/`);
    expect(await reached()).toEqual([200, "/openai/v1/chat/completions"]);
    expect(await reached("/mover/chat/completions")).toEqual([200, "/openai/v1/chat/completions"]);
    await at(`${own.url}/paas/v4`);
    expect(await reached()).toEqual([200, "/paas/v4/chat/completions"]);
    await rest.setProvider("mover", null);
    expect(await reached()).toEqual([404]);
  });

  test("no redirect of its is followed, with a credential or without", async () => {
    const { rig, rest } = world();
    const { secret } = await rest.createKey();
    const before = rig.provider.requests.length;
    const scenario = JSON.stringify({
      status: 307,
      body: "moved",
      headers: { location: `${rig.provider.url}/v1/chat/completions` },
    });
    for (const path of [PATH, "/acme/v1/files"]) {
      const response = await fetch(rig.url + path, {
        method: "POST",
        redirect: "manual",
        headers: { authorization: `Bearer ${secret}`, "x-scenario": scenario },
        body: JSON.stringify(CHAT),
      });
      expect(response.status).toBe(307);
      await response.body?.cancel();
    }
    expect(rig.provider.requests).toHaveLength(before);
    expect(PROVIDER_SECRETS.openai).not.toBe(SECRET);
  });
}
