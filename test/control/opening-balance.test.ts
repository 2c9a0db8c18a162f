import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EntryRow } from "../../src/control/books/entry-views.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { book, entryRow, lapseRow } from "./entries.ts";
import { type Harness, START_MS, emptyRedis, idOf, make, makeKey, startHarness } from "./harness.ts";

let harness: Harness;
let ids: { team: string; user: string; key: string };
beforeAll(async () => {
  harness = await startHarness();
  const team = await make(harness, "teams", { name: "team" });
  const user = await make(harness, "users", {});
  await harness.call("PUT", `/api/v1/teams/${team}/members/${user}`);
  const { id: key } = await makeKey(harness);
  ids = { team, user, key };
});
beforeEach(async () => {
  await harness.database.delete(ledgerEntries);
  await harness.database.delete(budgets);
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const MONTH_MS = Date.UTC(2026, 4, 1);
const CENT = 10_000_000;
const create = (fields: Record<string, unknown> = {}) =>
  harness.call("POST", "/api/v1/budgets", {
    body: {
      scope: { kind: "organization", id: "org_default" },
      limit: 10,
      period: "month",
      count_from: "period_start",
      ...fields,
    },
  });
/** A call that began some milliseconds after the month did, and ended a second later. */
const callAt = (afterMs: number, fields: Partial<EntryRow> = {}) => {
  const startedAt = new Date(MONTH_MS + afterMs);
  return entryRow({ startedAt, at: new Date(startedAt.getTime() + 1_000), ...fields });
};
const amounts = () => harness.redis.openings.map(({ amount }) => amount);

test("R15: a budget counts from its creation, whatever its scope spent before", async () => {
  await book(harness, callAt(0));
  expect((await create({ count_from: "now" })).body).toMatchObject({ count_from: "now", spent: "0.00" });
  expect((await create({ count_from: null })).body).toMatchObject({ count_from: "now", spent: "0.00" });
  expect(harness.redis.openings).toEqual([]);
});

test("law 1: from its period's start, it starts at what the ledger has since then", async () => {
  await book(harness, callAt(-1), callAt(0), callAt(86_400_000, { amount: 3 * CENT }));
  const made = await create();
  expect(made.body).toMatchObject({ count_from: "period_start", spent: "0.28", remaining: "9.72" });
  expect(harness.redis.openings).toEqual([
    { counter: idOf(made), periodStartMs: MONTH_MS, amount: 28 * CENT },
  ]);
  expect(harness.redis.broughtUpToDate).toBe(1);
});

test("law 6: a call that began before the period doesn't count in it, whenever it ended", async () => {
  await book(harness, callAt(-1, { at: new Date(MONTH_MS + 1) }));
  await create();
  expect(harness.redis.openings).toEqual([]);
});

test("R15: a total counts the ledger's whole life only if it is asked to", async () => {
  await book(harness, callAt(-400 * 86_400_000), callAt(0));
  expect((await create({ period: "total" })).body).toMatchObject({ spent: "0.50" });
});

test("corrections and voids count with what they correct; resets don't", async () => {
  const [corrected, voided] = [lapseRow(), lapseRow()];
  await book(
    harness,
    corrected,
    entryRow({ holdId: corrected.holdId, kind: "correction", amount: -75 * CENT }),
    voided,
    { ...entryRow({ holdId: voided.holdId, kind: "void", amount: -100 * CENT }), id: `${voided.holdId}.v` },
    { ...entryRow({ kind: "reset", amount: 0 }), usage: null },
  );
  await create();
  await create({ unit: "requests" });
  expect(amounts()).toEqual([25 * CENT, 1]);
});

describe("R2, R18: counts the scope's own calls", () => {
  const scopes = () =>
    [
      [{ kind: "organization", id: "org_default" }, [1, 2, 4, 8, 16, 32]],
      [{ kind: "team", id: ids.team }, [2, 4]],
      [{ kind: "member", id: `${ids.team}/${ids.user}` }, [4]],
      [{ kind: "user", id: ids.user }, [8]],
      [{ kind: "key", id: ids.key }, [16]],
      [{ kind: "customer", id: "acme" }, [32]],
      [{ kind: "tag", id: 'n"1' }, [32]],
    ] as const;

  test("and no others", async () => {
    const { team: teamId, user: userId, key: keyId } = ids;
    await book(
      harness,
      callAt(0, { amount: 1 }),
      callAt(0, { amount: 2, teamId }),
      callAt(0, { amount: 4, teamId, userId }),
      callAt(0, { amount: 8, userId }),
      callAt(0, { amount: 16, keyId }),
      callAt(0, { amount: 32, customer: "acme", tags: ["x", 'n"1'] }),
      callAt(0, { amount: 64, organizationId: "org_other", teamId, userId, keyId, customer: "acme" }),
    );
    for (const [scope, counted] of scopes()) {
      harness.redis.openings = [];
      await create({ scope });
      expect([scope, amounts()]).toEqual([scope, [counted.reduce((sum, amount) => sum + amount, 0)]]);
    }
    harness.redis.openings = [];
    await create({ scope: { kind: "user", id: ids.user }, include_team_spend: true });
    expect(amounts()).toEqual([12]);
  });
});

test("in the budget's unit: dollars, calls, tokens", async () => {
  const usage = { input_total: 100, output_total: 20, reasoning: 20 };
  await book(harness, callAt(0), callAt(1, { usage }), callAt(2, { usage: null }));
  for (const unit of ["usd", "requests", "tokens"]) await create({ unit });
  expect(amounts()).toEqual([75 * CENT, 3, 135]);
});

describe("R20: of the models that it covers", () => {
  const rows = () => [
    callAt(0, { amount: 1, modelRequested: "gpt-4o", model: "gpt-4o-2024-08-06" }),
    callAt(0, { amount: 2, modelRequested: "openai/gpt-4o-mini", model: "gpt-4o-mini-2024-07-18" }),
    callAt(0, { amount: 4, modelRequested: "cheap", model: "gpt-4o-mini-2024-07-18" }),
    callAt(0, { amount: 8, provider: "anthropic", modelRequested: "claude_x", model: "claude_x" }),
    callAt(0, { amount: 16, provider: "anthropic", modelRequested: "claudeax", model: "claudeax" }),
  ];

  test.each([
    [["openai/*"], 7],
    [["*"], 31],
    [["gpt-4o"], 1],
    [["openai/gpt-4o"], 1],
    [["openai/gpt-4o-mini"], 2],
    [["*gpt-4o-mini*"], 6],
    [["anthropic/claude_x"], 8],
    [["claude_*", "gpt-4o"], 9],
    [["%"], 0],
    [["\\*"], 0],
  ])("%j is %i", async (models, amount) => {
    await book(harness, ...rows());
    await create({ models });
    expect(amounts()).toEqual(amount === 0 ? [] : [amount]);
  });
});

test("is booked before the budget is stored: with Redis away there is neither", async () => {
  await book(harness, callAt(0));
  harness.redis.down = true;
  expect((await create()).status).toBe(503);
  expect(await harness.database.$count(budgets)).toBe(0);
});

test("is booked once for each Idempotency-Key", async () => {
  await book(harness, callAt(0));
  const body = {
    scope: { kind: "key", id: ids.key },
    limit: 10,
    period: "month",
    count_from: "period_start",
  };
  const headers = { "idempotency-key": "opening" };
  await book(harness, callAt(1, { keyId: ids.key }));
  const first = await harness.call("POST", "/api/v1/budgets", { body, headers });
  const again = await harness.call("POST", "/api/v1/budgets", { body, headers });
  expect(first.body).toMatchObject({ spent: "0.25" });
  expect(again.text).toBe(first.text);
  expect(amounts()).toEqual([25 * CENT]);
});

test("a new key's own budgets have nothing to start from", async () => {
  const budget = { limit: 1, period: "month", count_from: "period_start" } as const;
  const made = await makeKey(harness, { budgets: [budget] });
  expect(made.budgets).toMatchObject([{ id: expect.any(String) }]);
  expect(harness.redis.openings).toEqual([]);
});

test("R38: another period starts a new count from now, and says so", async () => {
  await book(harness, callAt(0));
  const path = `/api/v1/budgets/${idOf(await create())}`;
  const same = await harness.call("PATCH", path, { body: { period: "month" } });
  expect(same.body).toMatchObject({ count_from: "period_start" });
  const changed = await harness.call("PATCH", path, { body: { period: "year" } });
  expect(changed.body).toMatchObject({ count_from: "now", period: { kind: "year" } });
  expect(amounts()).toHaveLength(1);
});
