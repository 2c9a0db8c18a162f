import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Harness, emptyRedis, makeBudget, pointersOf, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
});
afterAll(() => harness.close());

const reconcile = (query = "", options: Parameters<Harness["call"]>[2] = {}) =>
  harness.call("POST", `/api/v1/reconcile${query}`, options);

test("says that nothing drifted", async () => {
  expect(await reconcile()).toMatchObject({ status: 200, body: { checked: 7, drift: [], repaired: 0 } });
  expect(harness.redis.reconciled).toEqual([{ organizationId: "org_default", repair: false }]);
});

test("law 4: names each counter that drifted, by budget, instance and period, in its unit", async () => {
  const usd = await makeBudget(harness);
  const tokens = await makeBudget(harness, {
    scope: { kind: "customer", id: "*" },
    unit: "tokens",
    limit: 10,
  });
  const gone = await makeBudget(harness, { unit: "requests", limit: 10 });
  await harness.call("DELETE", `/api/v1/budgets/${gone}`);
  const periodStartMs = Date.UTC(2026, 4, 1);
  harness.redis.drift = [
    { counter: `${usd}~2`, periodStartMs, redis: 1_500_000_000, ledger: 2_000_000_001 },
    { counter: `${tokens}:a%2Fb`, periodStartMs, redis: 12, ledger: 10 },
    { counter: gone, periodStartMs, redis: 1, ledger: 0 },
  ];
  const period_start = "2026-05-01T00:00:00.000Z";
  expect((await reconcile("?repair=true")).body).toEqual({
    checked: 7,
    drift: [
      { budget_id: usd, period_start, redis: "1.50", ledger: "2.000000001", difference: "-0.500000001" },
      { budget_id: tokens, instance: "a/b", period_start, redis: 12, ledger: 10, difference: 2 },
      { budget_id: gone, period_start, redis: 1, ledger: 0, difference: 1 },
    ],
    repaired: 3,
  });
});

test("is of one organization, and repairs when told so", async () => {
  await reconcile("?organization_id=org_other&repair=true", { text: "{}" });
  await reconcile("?repair=false");
  expect(harness.redis.reconciled).toEqual([
    { organizationId: "org_other", repair: true },
    { organizationId: "org_default", repair: false },
  ]);
});

test.each([
  ["?repair=yes", undefined, "/repair"],
  ["?repair=", undefined, "/repair"],
  ["?repair=true&repair=false", undefined, "/repair"],
  ["", { repair: true }, "/repair"],
])("%s with %j is a bad field", async (query, body, pointer) => {
  const answer = await reconcile(query, body === undefined ? {} : { body });
  expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
  expect(harness.redis.reconciled).toEqual([]);
});

test("with an Idempotency-Key it is done once, and with another query it is another request", async () => {
  const headers = { "idempotency-key": "r" };
  const first = await reconcile("", { headers });
  expect((await reconcile("", { headers })).text).toBe(first.text);
  expect((await reconcile("?repair=true", { headers })).status).toBe(422);
  expect(harness.redis.reconciled).toHaveLength(1);
});

test("a store away is 503", async () => {
  harness.redis.down = true;
  expect((await reconcile()).status).toBe(503);
});
