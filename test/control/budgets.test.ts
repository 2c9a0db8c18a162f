import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { budgetFromRow } from "../../src/ledger/rows.ts";
import { organizations } from "../../src/ledger/places-schema.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import {
  type Harness,
  ORGANIZATION_BUDGET,
  START_MS,
  emptyRedis,
  makeBudget,
  makeKey,
  pointersOf,
  startHarness,
  versionOf,
} from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const ORGANIZATION_DOCUMENT = {
  organizationId: "org_default",
  kind: "scope",
  id: "organization:org_default",
};

async function generationOf(id: string): Promise<number> {
  const [row] = await harness.database.select().from(budgets).where(eq(budgets.id, id));
  return row ? budgetFromRow(row).generation : 0;
}

describe("POST", () => {
  test("makes a budget with defaults, live from the start", async () => {
    const answer = await call("POST", "/api/v1/budgets", { body: ORGANIZATION_BUDGET });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^bud_[0-9a-z]{26}$/),
      organization_id: "org_default",
      scope: { kind: "organization", id: "org_default" },
      unit: "usd",
      limit: "10.00",
      period: { kind: "month" },
      enforcement: "hard",
      on_lapse: "charge",
      on_store_outage: "closed",
      count_from: "now",
      alert_at: [0.5, 0.8, 1],
      spent: "0.00",
      held: "0.00",
      remaining: "10.00",
      effective_limit: "10.00",
      period_start: "2026-05-01T00:00:00.000Z",
      resets_at: "2026-06-01T00:00:00.000Z",
      created_at: "2026-05-13T10:30:00.000Z",
      updated_at: "2026-05-13T10:30:00.000Z",
    });
  });

  test("takes every supported field, also where it says the default", async () => {
    const { id: keyId } = await makeKey(harness);
    const body = {
      organization_id: "org_default",
      scope: { kind: "key", id: keyId },
      unit: "usd",
      limit: 0.5,
      period: { kind: "duration", seconds: 3_600, anchor: "2026-01-01T00:30:00+01:00" },
      enforcement: "soft",
      on_lapse: "release",
      on_store_outage: "open",
      count_from: "now",
      include_team_spend: false,
      alert_at: [1, 0.000_1],
      name: "an hour",
      models: ["openai/*"],
    };
    expect((await call("POST", "/api/v1/budgets", { body })).body).toMatchObject({
      scope: { kind: "key", id: keyId },
      limit: "0.50",
      period: { kind: "duration", seconds: 3_600, anchor: "2025-12-31T23:30:00.000Z" },
      enforcement: "soft",
      on_lapse: "release",
      on_store_outage: "open",
      models: ["openai/*"],
      alert_at: [1, 0.000_1],
      name: "an hour",
      period_start: "2026-05-13T10:30:00.000Z",
      resets_at: "2026-05-13T11:30:00.000Z",
    });
  });

  test.each([
    ["day", { kind: "day" }],
    ["total", { kind: "total" }],
    ["90m", { kind: "duration", seconds: 5_400, anchor: "2026-05-13T10:30:00.000Z" }],
    ["36h", { kind: "duration", seconds: 129_600, anchor: "2026-05-13T10:30:00.000Z" }],
    ["48h", { kind: "duration", seconds: 172_800, anchor: "2026-05-13T10:30:00.000Z" }],
    ["72h", { kind: "duration", seconds: 259_200, anchor: "2026-05-13T10:30:00.000Z" }],
    ["30d", { kind: "duration", seconds: 2_592_000, anchor: "2026-05-13T10:30:00.000Z" }],
    ["2w", { kind: "duration", seconds: 1_209_600, anchor: "2026-05-13T10:30:00.000Z" }],
    ["2mo", { kind: "month", every: 2, anchor: "2026-05-13T10:30:00.000Z" }],
    [{ kind: "week" } as const, { kind: "week" }],
    [{ kind: "week", every: 1, timezone: "UTC" } as const, { kind: "week" }],
    [
      { kind: "month", every: 3, timezone: "Europe/Berlin", anchor: "2026-01-31T00:00:00+01:00" } as const,
      { kind: "month", every: 3, timezone: "Europe/Berlin", anchor: "2026-01-30T23:00:00.000Z" },
    ],
    [
      { kind: "duration", seconds: 1 } as const,
      { kind: "duration", seconds: 1, anchor: "2026-05-13T10:30:00.000Z" },
    ],
  ])("R36: the period %j is what it says", async (period, stored) => {
    const id = await makeBudget(harness, { period });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ period: stored });
  });

  test("a total never resets", async () => {
    const id = await makeBudget(harness, { period: "total" });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ resets_at: null });
  });

  test.each([
    ["0", "0.00"],
    [0, "0.00"],
    [-0, "0.00"],
    ["12.5", "12.50"],
    [12.5, "12.50"],
    ["0.000000001", "0.000000001"],
    [0.000_000_1, "0.0000001"],
    [9_007_199, "9007199.00"],
    ["9007199", "9007199.00"],
    [0.1, "0.10"],
  ])("the limit %j is %s", async (limit, shown) => {
    const id = await makeBudget(harness, { limit });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ limit: shown });
  });

  test("law 10: raises and publishes the scope's document", async () => {
    const version = await versionOf(harness, "organization:org_default");
    await makeBudget(harness);
    expect(await versionOf(harness, "organization:org_default")).toBe(version + 1);
    expect(harness.redis.published).toEqual([ORGANIZATION_DOCUMENT]);
  });

  test("a scope or an organization that isn't there is a bad field", async () => {
    await harness.database.insert(organizations).values({ id: "org_other", name: "Other" });
    const { id } = await makeKey(harness);
    const refused: [Record<string, unknown>, string][] = [
      [{ organization_id: "org_nobody" }, "/organization_id"],
      [{ organization_id: "org_other" }, "/scope/id"],
      [{ scope: { kind: "organization", id: "org_other" } }, "/scope/id"],
      [{ scope: { kind: "key", id: "key_00000000000000000000000000" } }, "/scope/id"],
      [{ scope: { kind: "key", id }, organization_id: "org_other" }, "/scope/id"],
    ];
    for (const [fields, pointer] of refused) {
      const answer = await call("POST", "/api/v1/budgets", { body: { ...ORGANIZATION_BUDGET, ...fields } });
      expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
    }
    expect(harness.redis.published).toHaveLength(2); // The key's own, and none for a refused budget.
  });
});

describe("GET", () => {
  test("law 1: shows what the gate enforces; what is held stands apart from what is spent", async () => {
    const id = await makeBudget(harness, { limit: "10" });
    harness.redis.live.set(id, { spent: 4_000_000_000, held: 1_500_000_000 });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({
      spent: "4.00",
      held: "1.50",
      remaining: "4.50",
    });
  });

  test("an overrun leaves nothing, never less", async () => {
    const id = await makeBudget(harness, { limit: "1" });
    harness.redis.live.set(id, { spent: 1_000_000_001, held: 0 });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({
      spent: "1.000000001",
      remaining: "0.00",
    });
  });

  test("a list has no live amounts and asks Redis nothing", async () => {
    await makeBudget(harness);
    harness.redis.down = true;
    const answer = await call("GET", "/api/v1/budgets?limit=1");
    expect(answer).toMatchObject({ status: 200, body: { data: [{ limit: "10.00" }], has_more: true } });
    expect(answer.text).not.toContain("spent");
  });

  test("another organization's budgets are in its own list only", async () => {
    const made = await makeBudget(harness);
    const answer = await call("GET", "/api/v1/budgets?organization_id=org_other");
    expect(answer.body).toEqual({ data: [], has_more: false, next_cursor: null });
    expect((await call("GET", "/api/v1/budgets")).text).toContain(made);
  });
});

describe("PATCH", () => {
  test("R38: a new limit keeps the count", async () => {
    const id = await makeBudget(harness);
    const version = await versionOf(harness, "organization:org_default");
    harness.redis.live.set(id, { spent: 3_000_000_000 });
    expect((await call("PATCH", `/api/v1/budgets/${id}`, { body: { limit: "4" } })).body).toMatchObject({
      limit: "4.00",
      spent: "3.00",
      remaining: "1.00",
    });
    expect(await generationOf(id)).toBe(1);
    expect(await versionOf(harness, "organization:org_default")).toBe(version + 1);
    expect(harness.redis.published).toEqual([ORGANIZATION_DOCUMENT, ORGANIZATION_DOCUMENT]);
  });

  test("R38: another period starts a new count, the same one doesn't", async () => {
    const id = await makeBudget(harness, { period: "30d" });
    harness.clock.nowMs += 86_400_000;
    const generations: number[] = [];
    const periods = [
      "30d",
      { kind: "duration", seconds: 2_592_000 },
      "month",
      { kind: "month" },
      "day",
      "30d",
    ];
    for (const period of periods) {
      expect((await call("PATCH", `/api/v1/budgets/${id}`, { body: { period } })).status).toBe(200);
      generations.push(await generationOf(id));
    }
    expect(generations).toEqual([1, 1, 2, 2, 3, 4]);
  });

  test("two changes of the period at once are two new counts", async () => {
    const id = await makeBudget(harness);
    await Promise.all(
      ["day", "week"].map((period) => call("PATCH", `/api/v1/budgets/${id}`, { body: { period } })),
    );
    expect(await generationOf(id)).toBe(3);
  });

  test("R56: keeps what is absent, and null returns to the default", async () => {
    const id = await makeBudget(harness, { name: "n", alert_at: [0.9], on_lapse: "release" });
    const kept = await call("PATCH", `/api/v1/budgets/${id}`, { body: {} });
    expect(kept.body).toMatchObject({ name: "n", alert_at: [0.9], on_lapse: "release", limit: "10.00" });
    const body = { name: null, alert_at: null, on_lapse: null };
    const cleared = await call("PATCH", `/api/v1/budgets/${id}`, { body });
    expect(cleared.body).toMatchObject({ alert_at: [0.5, 0.8, 1], on_lapse: "charge" });
    expect(cleared.body).not.toHaveProperty("name");
  });

  test("no alerts at all is an empty list", async () => {
    const id = await makeBudget(harness, { alert_at: [] });
    expect((await call("GET", `/api/v1/budgets/${id}`)).body).toMatchObject({ alert_at: [] });
  });
});

describe("DELETE", () => {
  test("removes the budget and publishes the scope without it", async () => {
    const id = await makeBudget(harness);
    const version = await versionOf(harness, "organization:org_default");
    expect(await call("DELETE", `/api/v1/budgets/${id}`)).toMatchObject({ status: 204, text: "" });
    expect(await versionOf(harness, "organization:org_default")).toBe(version + 1);
    expect(harness.redis.published).toHaveLength(2);
    expect((await call("GET", `/api/v1/budgets/${id}`)).status).toBe(404);
    expect((await call("DELETE", `/api/v1/budgets/${id}`)).status).toBe(404);
  });
});
