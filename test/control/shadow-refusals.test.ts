import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { EntryRow } from "../../src/control/books/entry-views.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { book, entryRow, lapseRow } from "./entries.ts";
import { type Harness, START_MS, emptyRedis, makeBudget, makeKey, startHarness } from "./harness.ts";

// A shadow budget says how many calls of its current period it would have refused.

let harness: Harness;
let id: string;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  await harness.database.delete(ledgerEntries);
  await harness.database.delete(budgets);
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
  id = await makeBudget(harness, { enforcement: "shadow" });
});
afterAll(() => harness.close());

const MAY_MS = Date.UTC(2026, 4, 1);
const get = (query = "") => harness.call("GET", `/api/v1/budgets/${id}${query}`);

function refused(counter = id, fields: Partial<EntryRow> = {}): Partial<EntryRow> {
  const lines = [
    { id: "bud_other", counter: "bud_other", period_start: MAY_MS, amount: 1 },
    { id, counter, period_start: MAY_MS, amount: 1 },
  ];
  return { shadowRefusals: ["bud_other", id], budgets: lines, ...fields };
}

test("each call once, settled, lapsed or both", async () => {
  const lapse = lapseRow(refused());
  await book(
    harness,
    entryRow(refused()),
    lapseRow(refused()),
    lapse,
    entryRow({ ...refused(), holdId: lapse.holdId, kind: "correction" }),
    entryRow({ ...refused(), shadowRefusals: ["bud_other"] }),
    entryRow(),
  );
  expect((await get()).body).toMatchObject({ enforcement: "shadow", would_refuse: 3 });
  expect(harness.redis.broughtUpToDate).toBe(1);
});

test("of the period and the count that go on now", async () => {
  const april = [{ id, counter: id, period_start: Date.UTC(2026, 3, 1), amount: 1 }];
  await book(harness, entryRow({ ...refused(), budgets: april }), entryRow(refused(`${id}~2`)));
  expect((await get()).body).toMatchObject({ would_refuse: 0 });
  await book(harness, entryRow(refused()));
  expect((await get()).body).toMatchObject({ would_refuse: 1 });
  harness.clock.nowMs = Date.UTC(2026, 5, 1);
  expect((await get()).body).toMatchObject({ would_refuse: 0 });
});

test("of a budget for each, by instance", async () => {
  id = await makeBudget(harness, { enforcement: "shadow", scope: { kind: "customer", id: "*" } });
  await book(harness, entryRow(refused(`${id}:acme`)), entryRow(refused(`${id}:other`)));
  expect((await get("?instance=acme")).body).toMatchObject({ would_refuse: 1 });
  expect((await get("?instance=nobody")).body).toMatchObject({ would_refuse: 0 });
});

test("is 0 when made; beside the live numbers wherever they are shown, and nowhere else", async () => {
  const made = await harness.call("POST", "/api/v1/budgets", {
    body: {
      scope: { kind: "organization", id: "org_default" },
      limit: 1,
      period: "day",
      enforcement: "shadow",
    },
  });
  expect(made.body).toMatchObject({ would_refuse: 0 });
  await book(harness, entryRow(refused()));
  const { id: keyId } = await makeKey(harness);
  expect((await harness.call("GET", `/api/v1/keys/${keyId}`)).body).toMatchObject({
    budgets: [{ id, would_refuse: 1 }, { would_refuse: 0 }],
  });
  expect((await harness.call("GET", "/api/v1/budgets")).text).not.toContain("would_refuse");
  const hard = await makeBudget(harness);
  expect((await harness.call("GET", `/api/v1/budgets/${hard}`)).body).not.toHaveProperty("would_refuse");
});
