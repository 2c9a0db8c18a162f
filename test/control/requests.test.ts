import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { HoldView } from "../../src/services.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { newId } from "../../src/ids.ts";
import { book, entryRow, lapseRow } from "./entries.ts";
import { type Harness, START_MS, emptyRedis, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  Object.assign(harness.redis, emptyRedis());
  await harness.database.delete(ledgerEntries);
});
afterAll(() => harness.close());

const get = (requestId: string, query = "") => harness.call("GET", `/api/v1/requests/${requestId}${query}`);

function holdOf(state: HoldView["state"]): HoldView {
  const id = newId("hold");
  return {
    id,
    requestId: id.replace("hold_", "req_"),
    keyId: "key_1",
    state,
    amountNanoUsd: 1_500_000_000,
    leaseEndsAtMs: START_MS + 900_000,
    budgets: [],
  };
}

test("a completed request is all that its entry knows", async () => {
  const row = entryRow({ tags: ["a"], customer: "acme", overrun: 5, serviceTier: "flex" });
  await book(harness, row);
  const answer = await get(row.requestId);
  expect(answer.body).toEqual({
    request_id: row.requestId,
    hold_id: row.holdId,
    key_id: "key_1",
    customer: "acme",
    tags: ["a"],
    provider: "openai",
    model_requested: "gpt-4o",
    model: "gpt-4o-2024-08-06",
    endpoint: "chat",
    stream: false,
    status: 200,
    outcome: "completed",
    hold: "1.00",
    cost: "0.25",
    overrun: "0.000000005",
    estimated: false,
    usage: { input_total: 10, output_total: 5 },
    service_tier: "flex",
    price_version: "2026-05-01",
    started_at: "2026-05-13T10:30:00.000Z",
    first_byte_ms: 120,
    duration_ms: 900,
    entries: [expect.objectContaining({ id: row.id, amount: "0.25" })],
    shadow_refusals: [],
    created_at: "2026-05-13T10:30:00.000Z",
  });
  expect(harness.redis.broughtUpToDate).toBe(1);
});

test("names the shadow budgets that would have refused it, each once", async () => {
  const lapse = lapseRow({ shadowRefusals: ["bud_1", "bud_2"] });
  const correction = entryRow({
    holdId: lapse.holdId,
    kind: "correction",
    shadowRefusals: ["bud_2", "bud_1"],
  });
  await book(harness, lapse, correction);
  expect((await get(lapse.requestId)).body).toMatchObject({ shadow_refusals: ["bud_1", "bud_2"] });
});

test("law 5: a late settle corrects the lapse: the sum is what the call cost, in order", async () => {
  const lapse = lapseRow();
  const correction = entryRow({ holdId: lapse.holdId, kind: "correction", amount: -750_000_000 });
  await book(harness, correction, lapse);
  expect((await get(lapse.requestId)).body).toMatchObject({
    cost: "0.25",
    outcome: "completed",
    entries: [
      { kind: "lapsed", amount: "1.00" },
      { kind: "correction", amount: "-0.75" },
    ],
  });
});

test("law 12: a lapsed request is charged at its hold, and says that this is an estimate", async () => {
  const lapse = lapseRow();
  await book(harness, lapse);
  expect((await get(lapse.requestId)).body).toMatchObject({
    outcome: "lapsed",
    cost: "1.00",
    estimated: true,
    usage: {},
    status: null,
  });
});

test("a request in flight has a hold and no outcome yet", async () => {
  const hold = holdOf("held");
  harness.redis.holds.push(hold);
  expect(await get(hold.requestId)).toMatchObject({
    status: 200,
    body: {
      request_id: hold.requestId,
      hold_id: hold.id,
      outcome: null,
      hold: "1.50",
      cost: "0.00",
      entries: [],
    },
  });
});

test("a released request cost nothing", async () => {
  const hold = holdOf("released");
  harness.redis.holds.push(hold);
  expect((await get(hold.requestId)).body).toMatchObject({ outcome: "released", cost: "0.00" });
});

test("a hold that settles between two reads is looked for in the ledger again", async () => {
  const hold = holdOf("settled");
  harness.redis.holds.push(hold);
  expect((await get(hold.requestId)).status).toBe(200);
  expect(harness.redis.broughtUpToDate).toBe(2);
});

test("an unknown request is 404, as is one of another organization", async () => {
  const row = entryRow();
  await book(harness, row);
  expect((await get(newId("req"))).status).toBe(404);
  expect((await get("req_1")).status).toBe(404);
  expect((await get(row.requestId, "?organization_id=org_other")).status).toBe(404);
});

test("with Redis away it is 503: nobody knows what is still to come", async () => {
  harness.redis.down = true;
  expect((await get(newId("req"))).status).toBe(503);
});
