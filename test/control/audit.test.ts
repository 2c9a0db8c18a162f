import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { organizations } from "../../src/ledger/places-schema.ts";
import { bodyOf, type Harness, idOf, makeBudget, makeKey, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const events = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

async function audited(query: string) {
  return events.parse((await harness.call("GET", `/api/v1/audit?${query}`)).body).data;
}

test("every change says who, when, by which request, and what it was before and after", async () => {
  const budget = await makeBudget(harness);
  const changed = await harness.call("PATCH", `/api/v1/budgets/${budget}`, { body: { limit: "20.50" } });
  await harness.call("DELETE", `/api/v1/budgets/${budget}`);
  const found = await audited(`resource=budgets&resource_id=${budget}`);
  expect(found.map(({ action }) => action)).toEqual(["deleted", "changed", "created"]);
  expect(found[1]).toMatchObject({
    actor: "admin",
    organization_id: "org_default",
    at: new Date(harness.clock.nowMs).toISOString(),
    request_id: changed.headers.get("x-tollgate-request-id"),
    before: { limit: "10.00" },
    after: { limit: "20.50" },
  });
  expect(found[0]).toMatchObject({ before: { id: budget } });
  expect(found[0]).not.toHaveProperty("after");
});

test("no event has a secret, or what finds one", async () => {
  const key = await makeKey(harness);
  await harness.call("POST", `/api/v1/keys/${key.id}/rotate`, { body: { overlap_seconds: 60 } });
  await harness.call("DELETE", `/api/v1/keys/${key.id}`);
  const token = await harness.call("POST", "/api/v1/tokens", { body: { name: "t", role: "admin" } });
  const found = await audited("limit=200");
  const text = JSON.stringify(found);
  expect(
    found.filter(({ resource }) => JSON.stringify(resource).includes(key.id)).map(({ action }) => action),
  ).toEqual(["revoked", "rotated", "created"]);
  for (const secret of [key.secret, String(bodyOf(token)["secret"])]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/digest|sealed/);
});

test("a change that changes nothing, and one that is refused, leave no event", async () => {
  const budget = await makeBudget(harness);
  await harness.call("PATCH", `/api/v1/budgets/${budget}`, { body: { limit: "10" } });
  await harness.call("PATCH", `/api/v1/budgets/${budget}`, { body: { limit: "-1" } });
  expect((await audited(`resource_id=${budget}`)).map(({ action }) => action)).toEqual(["created"]);
});

test("a replayed Idempotency-Key is one event", async () => {
  const headers = { "idempotency-key": "once" };
  const first = await harness.call("POST", "/api/v1/teams", { body: { name: "one" }, headers });
  await harness.call("POST", "/api/v1/teams", { body: { name: "one" }, headers });
  expect(await audited(`resource_id=${idOf(first)}`)).toHaveLength(1);
});

test("a token's changes are the token's, and a change in the database itself is the database's", async () => {
  const made = await harness.call("POST", "/api/v1/tokens", { body: { name: "t", role: "admin" } });
  const authorization = `Bearer ${String(bodyOf(made)["secret"])}`;
  const team = await harness.call("POST", "/api/v1/teams", { body: { name: "by token" }, authorization });
  expect(await audited(`resource_id=${idOf(team)}`)).toMatchObject([
    { actor: idOf(made), action: "created" },
  ]);
  await harness.database.insert(organizations).values({ id: "org_sql", name: "by hand" });
  expect(await audited("resource_id=org_sql")).toMatchObject([{ actor: "database" }]);
});

test("amounts are in their budget's unit, also of a budget that is gone", async () => {
  const budget = await makeBudget(harness);
  const made = await harness.call("POST", `/api/v1/budgets/${budget}/adjustments`, {
    body: { amount: "5.25" },
  });
  const id = idOf(made);
  await harness.call("DELETE", `/api/v1/budgets/${budget}`);
  expect(await audited(`resource_id=${id}`)).toMatchObject([
    { action: "deleted", before: { id, budget_id: budget, amount: "5.25" } },
    { action: "created", after: { amount: "5.25" } },
  ]);
});

test("what changes no row is told as well: a reset", async () => {
  const budget = await makeBudget(harness);
  await harness.call("POST", `/api/v1/budgets/${budget}/reset`);
  expect((await audited(`resource_id=${budget}`)).map(({ action }) => action)).toEqual(["reset", "created"]);
});

test("pages by cursor, the newest first", async () => {
  const first = await harness.call("GET", "/api/v1/audit?limit=3");
  const { next_cursor: cursor } = bodyOf(first);
  const second = await harness.call("GET", `/api/v1/audit?limit=200&cursor=${String(cursor)}`);
  const ids = [first, second].flatMap(({ body }) => events.parse(body).data.map(({ id }) => id));
  expect(ids).toEqual((await audited("limit=200")).map(({ id }) => id));
});
