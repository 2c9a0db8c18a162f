import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { adjustments, budgets } from "../../src/ledger/policy-schema.ts";
import { parseScopePolicy } from "../../src/domain/policy.ts";
import { newId } from "../../src/ids.ts";
import { type PostOf, shown } from "../support/api-client.ts";
import {
  type Harness,
  START_MS,
  emptyRedis,
  listAll,
  makeBudget,
  pointersOf,
  publishedScopes,
  startHarness,
  versionOf,
} from "./harness.ts";

let harness: Harness;
let budgetId: string;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  await harness.database.delete(budgets);
  harness.clock.nowMs = START_MS;
  budgetId = await makeBudget(harness);
  Object.assign(harness.redis, emptyRedis());
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const made = async (id: string, body: PostOf<"/api/v1/budgets/{id}/adjustments">) =>
  (await shown(harness.api.POST("/api/v1/budgets/{id}/adjustments", { params: { path: { id } }, body }))).id;
const adjust = (body: unknown, id = budgetId) => call("POST", `/api/v1/budgets/${id}/adjustments`, { body });
const budget = async (id = budgetId) => (await call("GET", `/api/v1/budgets/${id}`)).body;

async function documentOf(scope: string) {
  const { json } = await readPolicyDocument(harness.database, "org_default", { kind: "scope", id: scope });
  return parseScopePolicy(json).budgets;
}

test("a raise holds until the end of the current period, and is part of the effective limit", async () => {
  const answer = await adjust({ amount: "2.5", reason: "launch" });
  expect(answer).toMatchObject({ status: 201 });
  expect(answer.body).toEqual({
    id: expect.stringMatching(/^adj_[0-9a-z]{26}$/),
    budget_id: budgetId,
    amount: "2.50",
    until: "2026-06-01T00:00:00.000Z",
    reason: "launch",
    created_at: "2026-05-13T10:30:00.000Z",
  });
  expect(await budget()).toMatchObject({ limit: "10.00", effective_limit: "12.50", remaining: "12.50" });
  harness.clock.nowMs = Date.UTC(2026, 5, 1) - 1;
  expect(await budget()).toMatchObject({ effective_limit: "12.50" });
  harness.clock.nowMs += 1;
  expect(await budget()).toMatchObject({ effective_limit: "10.00" });
});

test("R59: is in the budget's policy document, with its end, from the answer on", async () => {
  const version = await versionOf(harness, "organization:org_default");
  const until = "2026-05-20T00:00:00.000Z";
  await adjust({ amount: -3, until });
  expect(await documentOf("organization:org_default")).toMatchObject([
    { id: budgetId, limit: 10_000_000_000, adjustments: [{ amount: -3e9, untilMs: Date.parse(until) }] },
  ]);
  expect(await versionOf(harness, "organization:org_default")).toBe(version + 1);
  expect(publishedScopes(harness)).toEqual(["organization:org_default"]);
});

test.each([
  [{ kind: "customer", id: "acme" } as const, "customer:acme"],
  [{ kind: "customer", id: "*" } as const, "organization:org_default"],
])("law 10: of a budget on %j touches %s only", async (scope, document) => {
  const id = await makeBudget(harness, { scope });
  publishedScopes(harness);
  const adjustment = await made(id, { amount: 1 });
  expect(publishedScopes(harness)).toEqual([document]);
  expect((await call("DELETE", `/api/v1/budgets/${id}/adjustments/${adjustment}`)).status).toBe(204);
  expect(publishedScopes(harness)).toEqual([document]);
});

test("raises and cuts add up, never to less than nothing", async () => {
  await adjust({ amount: "5" });
  await adjust({ amount: "-1.000000001" });
  expect(await budget()).toMatchObject({ effective_limit: "13.999999999" });
  await adjust({ amount: "-100" });
  expect(await budget()).toMatchObject({ effective_limit: "0.00", remaining: "0.00" });
});

test("what they raise a limit to is bounded as a limit is", async () => {
  await adjust({ amount: "9007199" });
  await adjust({ amount: 9_007_199 });
  expect(await budget()).toMatchObject({ effective_limit: "9007199.00" });
});

test("of a total is for good; of a count is a whole number", async () => {
  const total = await makeBudget(harness, { unit: "requests", limit: 10, period: "total" });
  const answer = await adjust({ amount: 5 }, total);
  expect(answer.body).toMatchObject({ amount: 5 });
  expect(answer.body).not.toHaveProperty("until");
  harness.clock.nowMs += 10 * 365 * 86_400_000;
  expect(await budget(total)).toMatchObject({ effective_limit: 15 });
});

test("of a budget for each raises each", async () => {
  const id = await makeBudget(harness, { scope: { kind: "customer", id: "*" } });
  await adjust({ amount: 1 }, id);
  expect((await call("GET", `/api/v1/budgets/${id}?instance=acme`)).body).toMatchObject({
    effective_limit: "11.00",
  });
});

test("DELETE takes it back; the list keeps the others, also those that ended", async () => {
  const kept = await made(budgetId, {
    amount: 1,
    until: "2026-05-14T00:00:00Z",
  });
  const gone = await made(budgetId, { amount: 2 });
  const path = `/api/v1/budgets/${budgetId}/adjustments`;
  expect((await call("DELETE", `${path}/${gone}`)).status).toBe(204);
  expect(await budget()).toMatchObject({ effective_limit: "11.00" });
  expect((await call("DELETE", `${path}/${gone}`)).status).toBe(404);
  harness.clock.nowMs += 86_400_000;
  expect(await budget()).toMatchObject({ effective_limit: "10.00" });
  expect((await call("GET", path)).body).toMatchObject({ data: [{ id: kept, amount: "1.00" }] });
});

test("the list has the newest first, on any page size", async () => {
  const all: string[] = [];
  for (let n = 1; n <= 5; n++) all.push(await made(budgetId, { amount: n }));
  const path = `/api/v1/budgets/${budgetId}/adjustments`;
  expect(await listAll(harness, path, { limit: 2 })).toEqual(all.toReversed());
});

test("goes with its budget", async () => {
  await adjust({ amount: 1 });
  await call("DELETE", `/api/v1/budgets/${budgetId}`);
  expect(await harness.database.$count(adjustments)).toBe(0);
});

test("another budget's is unknown, as is any of an unknown budget", async () => {
  const mine = await made(budgetId, { amount: 1 });
  const other = await makeBudget(harness);
  expect((await call("DELETE", `/api/v1/budgets/${other}/adjustments/${mine}`)).status).toBe(404);
  expect((await adjust({ amount: 1 }, newId("bud"))).status).toBe(404);
  expect((await call("GET", `/api/v1/budgets/${newId("bud")}/adjustments`)).status).toBe(404);
});

test("with an Idempotency-Key it is made once", async () => {
  const options = { body: { amount: 1 }, headers: { "idempotency-key": "once" } };
  const path = `/api/v1/budgets/${budgetId}/adjustments`;
  const [first, again] = [await call("POST", path, options), await call("POST", path, options)];
  expect(again.text).toBe(first.text);
  expect(await harness.database.$count(adjustments)).toBe(1);
});

describe("refuses", () => {
  const usd: [unknown, string][] = [
    [{}, "/amount"],
    [{ amount: 0 }, "/amount"],
    [{ amount: "0.00" }, "/amount"],
    [{ amount: "-0" }, "/amount"],
    [{ amount: null }, "/amount"],
    [{ amount: "1e3" }, "/amount"],
    [{ amount: "+1" }, "/amount"],
    [{ amount: "9007199.1" }, "/amount"],
    [{ amount: "-9007200" }, "/amount"],
    [{ amount: 0.000_000_000_1 }, "/amount"],
    [{ amount: 1, until: "tomorrow" }, "/until"],
    [{ amount: 1, until: "2026-05-13T10:30:00Z" }, "/until"],
    [{ amount: 1, reason: "" }, "/reason"],
    [{ amount: 1, budget_id: "bud_1" }, "/budget_id"],
  ];
  test.each(usd)("%j of a usd budget at %s, and nothing is changed", async (body, pointer) => {
    const answer = await adjust(body);
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
    expect(await harness.database.$count(adjustments)).toBe(0);
    expect(harness.redis.published).toEqual([]);
  });

  test.each([1.5, "1.5", "1.00", 0, "0", "-0", 9_007_199_000_000_001, "x", null, true])(
    "%j of a count",
    async (amount) => {
      const id = await makeBudget(harness, { unit: "tokens", limit: 1 });
      expect(pointersOf(await adjust({ amount }, id))).toEqual(["/amount"]);
    },
  );

  test("more than a hundred in force: each call reads them all", async () => {
    const row = { organizationId: "org_default", budgetId, amount: 1 };
    const rows = (count: number, until: Date) =>
      Array.from({ length: count }, () => ({ ...row, id: newId("adj"), until }));
    await harness.database.insert(adjustments).values(rows(50, new Date(START_MS)));
    await harness.database.insert(adjustments).values(rows(99, new Date(START_MS + 1)));
    expect((await adjust({ amount: 1 })).status).toBe(201);
    expect(await adjust({ amount: 1 })).toMatchObject({ status: 409, body: { code: "too_many" } });
  });
});
