import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { keys } from "../../src/ledger/policy-schema.ts";
import { parseKeyPolicy } from "../../src/domain/policy.ts";
import { type Harness, emptyRedis, make, makeKey, pointersOf, startHarness } from "./harness.ts";

// A key belongs to a team and a user of its own organization.

let harness: Harness;
let here: { team_id: string; user_id: string };
let elsewhere: typeof here & { organization_id: string };
beforeAll(async () => {
  harness = await startHarness();
  const organization_id = await make(harness, "organizations", { name: "Other" });
  here = { team_id: await make(harness, "teams", { name: "t" }), user_id: await make(harness, "users", {}) };
  elsewhere = {
    organization_id,
    team_id: await make(harness, "teams", { name: "t", organization_id }),
    user_id: await make(harness, "users", { organization_id }),
  };
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
});
afterAll(() => harness.close());

async function policyOf(id: string) {
  const [row] = await harness.database.select().from(keys).where(eq(keys.id, id));
  const digest = row?.digest ?? "";
  const { json } = await readPolicyDocument(harness.database, "org_default", { kind: "key", id: digest });
  return parseKeyPolicy(json);
}

test("law 8: its place is in its policy, from the answer on; null takes it out (R56)", async () => {
  const { id } = await makeKey(harness, here);
  expect(await policyOf(id)).toMatchObject({ teamId: here.team_id, userId: here.user_id });
  const path = `/api/v1/keys/${id}`;
  expect((await harness.call("GET", path)).body).toMatchObject(here);
  harness.redis.published = [];
  const personal = await harness.call("PATCH", path, { body: { team_id: null } });
  expect(personal.body).toMatchObject({ user_id: here.user_id });
  expect(personal.body).not.toHaveProperty("team_id");
  expect(await policyOf(id)).toMatchObject({ teamId: null, userId: here.user_id });
  expect(harness.redis.published).toMatchObject([{ kind: "key" }]);
});

test.each(["team_id", "user_id"] as const)(
  "a %s of another organization is a bad field, and nothing is changed",
  async (field) => {
    const { id } = await makeKey(harness, here);
    const before = await harness.call("GET", `/api/v1/keys/${id}`);
    const count = await harness.database.$count(keys);
    const bodies = [
      { [field]: elsewhere[field] },
      { organization_id: elsewhere.organization_id, [field]: here[field] },
    ];
    for (const body of bodies)
      expect(pointersOf(await harness.call("POST", "/api/v1/keys", { body }))).toEqual([`/${field}`]);
    const body = { name: "n", [field]: elsewhere[field] };
    const refused = await harness.call("PATCH", `/api/v1/keys/${id}`, { body });
    expect([refused.status, pointersOf(refused)]).toEqual([400, [`/${field}`]]);
    expect((await harness.call("GET", `/api/v1/keys/${id}`)).body).toEqual(before.body);
    expect(await harness.database.$count(keys)).toBe(count);
  },
);

test("tags of 256 bytes are taken, ten of them, and are in the policy", async () => {
  const tags = Array.from({ length: 10 }, (_, n) => `${n}${"x".repeat(255)}`);
  const { id } = await makeKey(harness, { tags });
  expect((await policyOf(id))?.tags).toEqual(tags);
});

test("nested budgets take all of a budget's shape", async () => {
  const budgets = [
    {
      unit: "tokens",
      limit: 1_000,
      period: { kind: "day", timezone: "Europe/Berlin" },
      enforcement: "soft",
      on_store_outage: "open",
      models: ["openai/*"],
    },
    { unit: "concurrent", limit: 2 },
    { unit: "requests", limit: "60", period: "1m", enforcement: "shadow" },
    { limit: "0.5", period: "3mo" },
  ];
  const made = await harness.call("POST", "/api/v1/keys", { body: { budgets } });
  expect(made.body).toMatchObject({
    budgets: [
      { ...budgets[0], spent: 0, remaining: 1_000, period_start: "2026-05-12T22:00:00.000Z" },
      { unit: "concurrent", limit: 2, period: { kind: "total" }, resets_at: null },
      { unit: "requests", limit: 60, enforcement: "shadow", would_refuse: 0 },
      { unit: "usd", limit: "0.50", period: { kind: "month", every: 3 } },
    ],
  });
});
