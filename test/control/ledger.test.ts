import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { book, entryRow } from "./entries.ts";
import { type Harness, START_MS, bodyOf, emptyRedis, listAll, makeBudget, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  Object.assign(harness.redis, emptyRedis());
  await harness.database.delete(ledgerEntries);
});
afterAll(() => harness.close());

const get = (query = "") => harness.call("GET", `/api/v1/ledger${query}`);

test("shows each entry with its signed amount and the periods it counts in", async () => {
  const row = entryRow({ amount: -1, tags: ["a"], customer: "acme" });
  await book(harness, row);
  expect((await get()).body).toEqual({
    data: [
      {
        id: row.id,
        hold_id: row.holdId,
        request_id: row.requestId,
        kind: "settled",
        amount: "-0.000000001",
        budgets: [{ id: "bud_1", period_start: "2026-05-01T00:00:00.000Z", amount: "-0.000000001" }],
        key_id: "key_1",
        customer: "acme",
        tags: ["a"],
        provider: "openai",
        model: "gpt-4o-2024-08-06",
        at: "2026-05-13T10:30:01.000Z",
        created_at: "2026-05-13T10:30:02.000Z",
      },
    ],
    has_more: false,
    next_cursor: null,
  });
});

test("shows the instance of a budget for each, and each amount in its budget's unit, also of one that is gone", async () => {
  const usd = await makeBudget(harness);
  const requests = await makeBudget(harness, { scope: { kind: "customer", id: "*" }, unit: "requests" });
  const gone = await makeBudget(harness, { unit: "tokens" });
  await harness.call("DELETE", `/api/v1/budgets/${gone}`);
  const period_start = Date.UTC(2026, 4, 1);
  const row = entryRow({
    budgets: [
      { id: usd, counter: usd, period_start, amount: 250_000_000 },
      { id: requests, instance: "a/b", counter: `${requests}:a%2Fb`, period_start, amount: 1 },
      { id: gone, counter: gone, period_start, amount: 15 },
    ],
  });
  await book(harness, row);
  const started = "2026-05-01T00:00:00.000Z";
  const budgets = [
    { id: usd, period_start: started, amount: "0.25" },
    { id: requests, instance: "a/b", period_start: started, amount: 1 },
    { id: gone, period_start: started, amount: 15 },
  ];
  expect((await get()).body).toMatchObject({ data: [{ budgets }] });
  const request = await harness.call("GET", `/api/v1/requests/${row.requestId}`);
  expect(request.body).toMatchObject({ entries: [{ budgets }] });
  const hold = await harness.call("GET", `/api/v1/holds/${row.holdId}`);
  expect(bodyOf(hold)["budgets"]).toEqual([
    { id: usd, amount: "1.00", period_start: started },
    { id: requests, amount: 1, period_start: started },
    { id: gone, period_start: started }, // How many tokens it held, the ledger doesn't say.
  ]);
});

test("law 1: is brought up to date before the first page, and not for the later ones", async () => {
  await book(harness, entryRow(), entryRow());
  await listAll(harness, "/api/v1/ledger", { limit: 1 });
  expect(harness.redis.broughtUpToDate).toBe(1);
});

test("law 1: is 503 rather than behind, where Redis can't say what is still to come", async () => {
  harness.redis.down = true;
  expect(await get()).toMatchObject({ status: 503, body: { store: "redis" } });
});

test("lists the newest first, each once, while others are booked, also within one millisecond", async () => {
  const rows = Array.from({ length: 9 }, (_, n) => entryRow({ at: new Date(START_MS + Math.floor(n / 3)) }));
  await book(harness, ...rows);
  const expected = rows
    .toSorted((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
  const listed = await listAll(harness, "/api/v1/ledger", {
    limit: 2,
    between: () => book(harness, entryRow({ at: new Date(START_MS + 60_000) })),
  });
  expect(listed).toEqual(expected);
});

describe("filters", () => {
  const special = {
    keyId: "key_2",
    teamId: "team_2",
    userId: "user_2",
    customer: "o'\"Brien",
    tags: ["x", 'with "quotes"'],
    model: "claude",
    provider: "anthropic",
    kind: "correction",
    at: new Date(START_MS + 5_000),
  } as const;
  const later = new Date(START_MS + 5_001).toISOString();
  const same = special.at.toISOString();

  test.each([
    ["key=key_2", 1],
    ["key_id=key_2", 1],
    ["key=key_2&key_id=key_2", 1],
    ["key_id=key_3", 0],
    ["team=team_2", 1],
    ["team_id=team_2", 1],
    ["user=user_2", 1],
    ["user_id=user_2", 1],
    [`customer=${encodeURIComponent(special.customer)}`, 1],
    ["tag=x", 1],
    [`tag=${"é".repeat(128)}`, 0],
    [`tag=${encodeURIComponent(special.tags[1])}`, 1],
    ["tag=y", 0],
    ["model=claude", 1],
    ["provider=anthropic", 1],
    ["provider=openai", 2],
    ["kind=correction", 1],
    ["kind=void", 0],
    [`from=${same}`, 1],
    [`from=${later}`, 0],
    [`to=${same}`, 2],
    [`to=${later}`, 3],
    [`from=${same}&to=${same}`, 0],
    [`from=${encodeURIComponent("2026-05-13T12:30:05+02:00")}`, 1],
    ["key=key_2&provider=openai", 0],
    ["organization_id=org_other", 0],
  ])("%s finds %i", async (query, count) => {
    await book(harness, entryRow(), entryRow(), entryRow({ ...special, tags: [...special.tags] }));
    const { body } = await get(`?${query}`);
    expect(body).toMatchObject({ data: { length: count } });
  });

  test("go on with the cursor", async () => {
    const wanted = [entryRow({ keyId: "key_2" }), entryRow({ keyId: "key_2" }), entryRow({ keyId: "key_2" })];
    await book(harness, ...wanted, entryRow());
    expect(await listAll(harness, "/api/v1/ledger?key_id=key_2", { limit: 1 })).toHaveLength(3);
  });
});
