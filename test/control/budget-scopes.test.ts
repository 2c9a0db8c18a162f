import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { parseScopePolicy } from "../../src/domain/policy.ts";
import type { PostOf } from "../support/api-client.ts";
import {
  type Harness,
  START_MS,
  emptyRedis,
  make,
  makeBudget,
  makeKey,
  pointersOf,
  publishedScopes,
  startHarness,
  versionOf,
} from "./harness.ts";

// R18, R19: a budget on every scope, and for each of a kind, is stored, shown and in the documents that the gate reads.

let harness: Harness;
let other: string;
let ids: Record<"team" | "user" | "key" | "member" | "customer" | "tag", string>;
let elsewhere: typeof ids;
beforeAll(async () => {
  harness = await startHarness();
  ids = await placesIn("org_default");
  other = await make(harness, "organizations", { name: "Other" });
  elsewhere = await placesIn(other);
});
beforeEach(async () => {
  await harness.database.delete(budgets);
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

async function placesIn(organization_id: string): Promise<typeof ids> {
  const team = await make(harness, "teams", { name: "team", organization_id });
  const user = await make(harness, "users", { organization_id });
  const { id: key } = await makeKey(harness, { organization_id, team_id: team, user_id: user });
  await harness.call("PUT", `/api/v1/teams/${team}/members/${user}`);
  return { team, user, key, member: `${team}/${user}`, customer: "acme", tag: "nightly" };
}

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const KINDS = ["team", "user", "key", "member", "customer", "tag"] as const;
const LABELS = ["customer", "tag"] as const;

async function documentOf(scope: string) {
  const { json } = await readPolicyDocument(harness.database, "org_default", { kind: "scope", id: scope });
  return parseScopePolicy(json);
}

describe("R18: a budget on one", () => {
  test.each(KINDS)("%s is shown live, and stands in that scope's document", async (kind) => {
    const scope = { kind, id: ids[kind] };
    const id = await makeBudget(harness, { scope });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ scope, spent: "0.00" });
    expect((await documentOf(`${kind}:${ids[kind]}`)).budgets).toMatchObject([{ id, scope }]);
  });

  test.each(KINDS)(
    "law 10: %s raises and publishes that scope's document, with each change",
    async (kind) => {
      const scope = `${kind}:${ids[kind]}`;
      const organization = LABELS.some((label) => label === kind) ? ["organization:org_default"] : [];
      const before = await versionOf(harness, scope);
      const id = await makeBudget(harness, { scope: { kind, id: ids[kind] } });
      expect(publishedScopes(harness)).toEqual([scope, ...organization].toSorted());
      await call("PATCH", `/api/v1/budgets/${id}`, { body: { limit: 1 } });
      expect(publishedScopes(harness)).toEqual([scope]);
      await call("DELETE", `/api/v1/budgets/${id}`);
      expect(publishedScopes(harness)).toEqual([scope, ...organization].toSorted());
      expect(await versionOf(harness, scope)).toBe(before + 3);
    },
  );

  test.each(LABELS)("the organization's document says that a %s has its own, and no longer", async (kind) => {
    const version = await versionOf(harness, "organization:org_default");
    expect((await documentOf("organization:org_default")).labelled).not.toContain(kind);
    const id = await makeBudget(harness, { scope: { kind, id: ids[kind] } });
    expect((await documentOf("organization:org_default")).labelled).toContain(kind);
    await call("DELETE", `/api/v1/budgets/${id}`);
    expect((await documentOf("organization:org_default")).labelled).not.toContain(kind);
    expect(await versionOf(harness, "organization:org_default")).toBe(version + 2);
  });

  test.each(["team", "user", "key", "member"] as const)(
    "%s of another organization is a bad field, and nothing is changed",
    async (kind) => {
      for (const [organization_id, id] of [
        ["org_default", elsewhere[kind]],
        [other, ids[kind]],
      ] as const) {
        const body = { organization_id, scope: { kind, id }, limit: 1, period: "day" };
        const answer = await call("POST", "/api/v1/budgets", { body });
        expect([answer.status, pointersOf(answer)]).toEqual([400, ["/scope/id"]]);
      }
      expect(await harness.database.$count(budgets)).toBe(0);
      expect(harness.redis.published).toEqual([]);
    },
  );

  test("a user of the team who isn't its member is no member", async () => {
    const user = await make(harness, "users", {});
    const body = { scope: { kind: "member", id: `${ids.team}/${user}` }, limit: 1, period: "day" };
    expect(pointersOf(await call("POST", "/api/v1/budgets", { body }))).toEqual(["/scope/id"]);
  });

  test.each(["Ünïcode 客户", "a/b?c=%20#d", "x".repeat(256), ":", "~", " "])(
    "a customer may have any name: %j",
    async (id) => {
      const made = await makeBudget(harness, { scope: { kind: "customer", id } });
      expect((await call("GET", `/api/v1/budgets/${made}`)).body).toMatchObject({ scope: { id } });
    },
  );
});

describe("R17, R19: a budget for each is there before its first call", () => {
  test.each(KINDS)("%s stands in the organization's document, and in no other", async (kind) => {
    const scope = { kind, id: "*" };
    const before = await versionOf(harness, "organization:org_default");
    const id = await makeBudget(harness, { scope });
    await call("PATCH", `/api/v1/budgets/${id}`, { body: { name: "each" } });
    expect((await documentOf("organization:org_default")).wildcards).toMatchObject([{ id, scope }]);
    expect((await documentOf("organization:org_default")).labelled).toEqual([]);
    await call("DELETE", `/api/v1/budgets/${id}`);
    expect(publishedScopes(harness)).toEqual(Array.from({ length: 3 }, () => "organization:org_default"));
    expect(await versionOf(harness, "organization:org_default")).toBe(before + 3);
  });

  test.each(["key", "user", "member", "customer", "tag"] as const)(
    "%s can be narrowed to a team of the organization",
    async (kind) => {
      const scope = { kind, id: "*", team_id: ids.team };
      const id = await makeBudget(harness, { scope });
      expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ scope });
      const body = { scope: { ...scope, team_id: elsewhere.team }, limit: 1, period: "day" };
      const answer = await call("POST", "/api/v1/budgets", { body });
      expect([answer.status, pointersOf(answer)]).toEqual([400, ["/scope/team_id"]]);
    },
  );

  test("has no numbers of its own: not when made, shown or changed", async () => {
    const body = { scope: { kind: "customer", id: "*" }, limit: 1, period: "day" } as const;
    const made = await call("POST", "/api/v1/budgets", { body });
    const id = await makeBudget(harness, body);
    harness.redis.live.set(id, { spent: 5 });
    const answers = [
      made,
      await call("GET", `/api/v1/budgets/${id}`),
      await call("PATCH", `/api/v1/budgets/${id}`, { body: { limit: 2 } }),
    ];
    for (const answer of answers) {
      expect(answer.body).toMatchObject({ scope: { id: "*" } });
      for (const field of ["spent", "held", "remaining", "effective_limit", "period_start", "resets_at"])
        expect(answer.body).not.toHaveProperty(field);
    }
  });

  test("is live for one instance", async () => {
    const id = await makeBudget(harness, { scope: { kind: "customer", id: "*" } });
    harness.redis.counters.set(`${id}:${encodeURIComponent("a/ü")}`, { spent: 3_000_000_000 });
    const path = `/api/v1/budgets/${id}?instance=`;
    expect((await call("GET", path + encodeURIComponent("a/ü"))).body).toMatchObject({
      id,
      scope: { kind: "customer", id: "*" },
      instance: "a/ü",
      spent: "3.00",
      remaining: "7.00",
    });
    expect((await call("GET", `${path}someone`)).body).toMatchObject({ instance: "someone", spent: "0.00" });
  });

  test("an instance that can't be one is a bad field, as is any of a budget on one", async () => {
    const single = await makeBudget(harness);
    const keys = await makeBudget(harness, { scope: { kind: "key", id: "*" } });
    const customers = await makeBudget(harness, { scope: { kind: "customer", id: "*" } });
    const paths = [
      `${single}?instance=acme`,
      `${keys}?instance=${elsewhere.key}`,
      `${keys}?instance=*`,
      `${keys}?instance=`,
      `${customers}?instance=*`,
      `${customers}?instance=${"x".repeat(257)}`,
      `${customers}?instance=a%0ab`,
    ];
    for (const path of paths) {
      const answer = await call("GET", `/api/v1/budgets/${path}`);
      expect([answer.status, pointersOf(answer)]).toEqual([400, ["/instance"]]);
    }
    expect((await call("GET", `/api/v1/budgets/${keys}?instance=${ids.key}`)).status).toBe(200);
  });
});

describe("units", () => {
  test.each(["requests", "tokens"] as const)("%s are shown as whole numbers", async (unit) => {
    const id = await makeBudget(harness, { unit, limit: "100", period: "1m" });
    harness.redis.live.set(id, { spent: 7, held: 3 });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({
      unit,
      limit: 100,
      spent: 7,
      held: 3,
      remaining: 90,
      effective_limit: 100,
    });
  });

  test("concurrent is total without being told so, and never resets", async () => {
    const body = { scope: { kind: "key", id: ids.key }, unit: "concurrent", limit: 3 };
    const answer = await call("POST", "/api/v1/budgets", { body });
    expect(answer).toMatchObject({
      status: 201,
      body: { unit: "concurrent", period: { kind: "total" }, limit: 3, remaining: 3, resets_at: null },
    });
  });

  test.each([0, "0", 9_007_199_000_000_000, "9007199000000000"])("the limit %j is taken", async (limit) => {
    const id = await makeBudget(harness, { unit: "tokens", limit });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ limit: Number(limit) });
  });
});

describe("enforcement", () => {
  test("R59, R56: every setting of the gate is in the document, and null takes it back", async () => {
    const scope = { kind: "user", id: ids.user } as const;
    const settings = {
      enforcement: "soft",
      on_store_outage: "open",
      on_lapse: "release",
      include_team_spend: true,
      models: ["openai/*", "claude-*"],
    } satisfies Partial<PostOf<"/api/v1/budgets">>;
    const id = await makeBudget(harness, { scope, ...settings });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject(settings);
    expect((await documentOf(`user:${ids.user}`)).budgets).toMatchObject([
      {
        enforcement: "soft",
        onStoreOutage: "open",
        onLapse: "release",
        includeTeamSpend: true,
        models: ["openai/*", "claude-*"],
      },
    ]);
    const body = Object.fromEntries(Object.keys(settings).map((name) => [name, null]));
    const cleared = await call("PATCH", `/api/v1/budgets/${id}`, { body });
    expect(cleared.body).toMatchObject({
      enforcement: "hard",
      on_store_outage: "closed",
      on_lapse: "charge",
      include_team_spend: false,
    });
    expect(cleared.body).not.toHaveProperty("models");
  });

  test("law 1: the effective limit is what remaining is counted from", async () => {
    const id = await makeBudget(harness, { limit: 10 });
    harness.redis.live.set(id, { effectiveLimit: 15_000_000_000, spent: 12_000_000_000 });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({
      limit: "10.00",
      effective_limit: "15.00",
      remaining: "3.00",
    });
  });
});
