import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HoldView } from "../../src/services.ts";
import { newId } from "../../src/ids.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { book, entryRow, lapseRow } from "./entries.ts";
import { type Harness, START_MS, emptyRedis, listAll, makeBudget, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  Object.assign(harness.redis, emptyRedis());
  await harness.database.delete(ledgerEntries);
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);

function addHold(fields: Partial<HoldView> = {}): HoldView {
  const id = newId("hold");
  const hold: HoldView = {
    id,
    requestId: id.replace("hold_", "req_"),
    keyId: "key_1",
    state: "held",
    amountNanoUsd: 1_500_000_000,
    leaseEndsAtMs: START_MS + 900_000,
    budgets: [{ id: "bud_1", amount: 1_500_000_000, periodStartMs: Date.UTC(2026, 4, 1) }],
    ...fields,
  };
  harness.redis.holds.push(hold);
  return hold;
}

describe("GET one", () => {
  test("a hold in flight, as Redis has it", async () => {
    const hold = addHold();
    expect((await call("GET", `/api/v1/holds/${hold.id}`)).body).toEqual({
      id: hold.id,
      request_id: hold.requestId,
      key_id: "key_1",
      state: "held",
      amount: "1.50",
      lease_ends_at: "2026-05-13T10:45:00.000Z",
      budgets: [{ id: "bud_1", amount: "1.50", period_start: "2026-05-01T00:00:00.000Z" }],
    });
  });

  test("in each budget's own unit", async () => {
    const slots = await makeBudget(harness, { unit: "concurrent", period: "total", limit: 2 });
    const tokens = await makeBudget(harness, { unit: "tokens", limit: 100 });
    const budgets = [slots, tokens].map((id, n) => ({ id, amount: 1 + 41 * n, periodStartMs: 0 }));
    const hold = addHold({ budgets });
    const amounts = {
      budgets: [
        { id: slots, amount: 1 },
        { id: tokens, amount: 42 },
      ],
    };
    expect((await call("GET", `/api/v1/holds/${hold.id}`)).body).toMatchObject(amounts);
    expect((await call("GET", "/api/v1/holds")).body).toMatchObject({ data: [amounts] });
  });

  test.each([
    ["settled", [entryRow()]],
    ["lapsed", [lapseRow()]],
    [
      "settled",
      [
        lapseRow({ holdId: `hold_${"a".repeat(26)}` }),
        entryRow({ holdId: `hold_${"a".repeat(26)}`, kind: "correction" }),
      ],
    ],
    [
      "released",
      [
        lapseRow({ holdId: `hold_${"b".repeat(26)}` }),
        { ...entryRow({ holdId: `hold_${"b".repeat(26)}`, kind: "void" }), id: "v" },
      ],
    ],
  ] as const)("a hold that Redis has swept away is %s by the ledger", async (state, rows) => {
    await book(harness, ...rows);
    expect((await call("GET", `/api/v1/holds/${rows[0].holdId}`)).body).toMatchObject({
      id: rows[0].holdId,
      state,
      amount: "1.00",
      budgets: [{ id: "bud_1", amount: "1.00" }],
    });
  });

  test("a voided hold that Redis still has is released by the ledger, with its own lease", async () => {
    const hold = addHold({ state: "lapsed" });
    const lapse = lapseRow({ holdId: hold.id });
    const voided = entryRow({ holdId: hold.id, kind: "void", amount: -1_000_000_000 });
    await book(harness, lapse, { ...voided, id: `${hold.id}.v` });
    expect((await call("GET", `/api/v1/holds/${hold.id}`)).body).toMatchObject({
      state: "released",
      lease_ends_at: "2026-05-13T10:45:00.000Z",
    });
  });

  test("a released hold, whose facts Redis has forgotten, still has its request", async () => {
    const hold = addHold({ state: "released", requestId: "", keyId: "" });
    const { body } = await call("GET", `/api/v1/holds/${hold.id}`);
    expect(body).toMatchObject({ state: "released", request_id: hold.id.replace("hold_", "req_") });
    expect(body).not.toHaveProperty("key_id");
  });

  test("an unknown one is 404", async () => {
    expect((await call("GET", `/api/v1/holds/${newId("hold")}`)).status).toBe(404);
  });
});

describe("GET list", () => {
  test("those in flight by lease end, then the lapsed ones, the newest first, on any page size", async () => {
    const held = [3, 1, 2].map((n) => addHold({ leaseEndsAtMs: START_MS + n }));
    addHold({ state: "settled", leaseEndsAtMs: START_MS });
    addHold({ state: "lapsed", leaseEndsAtMs: START_MS - 1 });
    const lapsed = [1, 2, 3].map((n) => lapseRow({ at: new Date(START_MS + n) }));
    await book(harness, ...lapsed, entryRow());
    const expected = [
      held[1]?.id,
      held[2]?.id,
      held[0]?.id,
      ...lapsed.map(({ holdId }) => holdId).toReversed(),
    ];
    for (const limit of [1, 2, 3, 4, 200]) {
      expect(await listAll(harness, "/api/v1/holds", { limit })).toEqual(expected);
    }
  });

  test("by state", async () => {
    const held = [addHold(), addHold({ leaseEndsAtMs: START_MS + 1_000_000 })].map(({ id }) => id);
    const lapse = lapseRow();
    await book(harness, lapse);
    expect(await listAll(harness, "/api/v1/holds?state=held", { limit: 1 })).toEqual(held);
    expect(await listAll(harness, "/api/v1/holds?state=lapsed", { limit: 1 })).toEqual([lapse.holdId]);
  });

  test("a lapse that was corrected or voided is over", async () => {
    const [corrected, voided] = [lapseRow(), lapseRow()];
    await book(harness, corrected, entryRow({ holdId: corrected.holdId, kind: "correction" }));
    await book(harness, voided, {
      ...entryRow({ holdId: voided.holdId, kind: "void" }),
      id: `${voided.holdId}.v`,
    });
    expect(await listAll(harness, "/api/v1/holds?state=lapsed", { limit: 10 })).toEqual([]);
  });

  test("many ended holds in Redis don't hide one in flight", async () => {
    for (let n = 0; n < 4; n++) addHold({ state: "settled", leaseEndsAtMs: START_MS + n });
    const held = addHold();
    expect(await listAll(harness, "/api/v1/holds?state=held", { limit: 1 })).toEqual([held.id]);
  });
});

describe("POST void", () => {
  const voidOf = (id: string, options: { text?: string; headers?: Record<string, string> } = {}) =>
    call("POST", `/api/v1/holds/${id}/void`, options);

  test("takes the charge of a lapsed hold back", async () => {
    const hold = addHold({ state: "lapsed" });
    expect(await voidOf(hold.id)).toMatchObject({ status: 200, body: { id: hold.id, state: "released" } });
    expect(harness.redis.voided).toEqual([hold.id]);
  });

  test("takes an empty object as well as no body, and no field", async () => {
    const hold = addHold({ state: "lapsed" });
    expect((await voidOf(hold.id, { text: "{}" })).status).toBe(200);
    expect((await voidOf(hold.id, { text: '{"reason":"x"}' })).status).toBe(400);
  });

  test("with an Idempotency-Key it is done once", async () => {
    const hold = addHold({ state: "lapsed" });
    const headers = { "idempotency-key": "v" };
    const first = await voidOf(hold.id, { headers });
    const again = await voidOf(hold.id, { headers });
    expect(again.text).toBe(first.text);
    expect(harness.redis.voided).toEqual([hold.id]);
  });

  test.each(["held", "settled", "released"] as const)("a hold that is %s is 409", async (state) => {
    const hold = addHold({ state });
    expect(await voidOf(hold.id)).toMatchObject({ status: 409, body: { code: "hold_not_lapsed" } });
  });

  test("an unknown hold is 404, Redis away is 503", async () => {
    expect((await voidOf(newId("hold"))).status).toBe(404);
    harness.redis.down = true;
    expect((await voidOf(newId("hold"))).status).toBe(503);
  });
});
