import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";
import { usageTotals } from "../../src/ledger/usage-schema.ts";
import { book, entryRow, lapseRow } from "./entries.ts";
import { type Harness, START_MS, bodyOf, detailOf, emptyRedis, pointersOf, startHarness } from "./harness.ts";

const DAY_MS = 86_400_000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
  await harness.database.delete(ledgerEntries);
  await harness.database.delete(usageTotals);
});
afterAll(() => harness.close());

const get = (query = "") => harness.call("GET", `/api/v1/usage${query}`);
const data = async (query: string) => bodyOf(await get(query))["data"];
const daysAgo = (days: number) => ({ at: new Date(START_MS - days * DAY_MS) });

test("without groups it is one row of sums, also of nothing", async () => {
  const none = { requests: 0, input_tokens: 0, output_tokens: 0, cost: "0.00" };
  expect((await get()).body).toEqual({ data: [none], has_more: false, next_cursor: null });
  await book(harness, entryRow(), entryRow({ amount: 1 }));
  const sums = { requests: 2, input_tokens: 20, output_tokens: 10, cost: "0.250000001" };
  expect((await get()).body).toEqual({ data: [sums], has_more: false, next_cursor: null });
});

test("a row has the groups that were asked for, the latest day first, null for what a call has not", async () => {
  await book(
    harness,
    entryRow({ ...daysAgo(1), customer: "acme" }),
    entryRow({ customer: "zoo" }),
    entryRow({ keyId: "key_2", model: "b", provider: "p", teamId: "team_1", userId: "user_1", tags: ["t"] }),
  );
  const rows = await data("?group_by=customer,day,key,team,user,model,provider,tag");
  const sums = { requests: 1, input_tokens: 10, output_tokens: 5, cost: "0.25" };
  const plain = {
    key: "key_1",
    team: null,
    user: null,
    model: "gpt-4o-2024-08-06",
    provider: "openai",
    tag: null,
  };
  expect(rows).toEqual([
    { customer: "zoo", day: "2026-05-13", ...plain, ...sums },
    {
      customer: null,
      day: "2026-05-13",
      key: "key_2",
      team: "team_1",
      user: "user_1",
      model: "b",
      provider: "p",
      tag: "t",
      ...sums,
    },
    { customer: "acme", day: "2026-05-12", ...plain, ...sums },
  ]);
  expect(Object.keys((rows as object[])[0] ?? {}).slice(0, 2)).toEqual(["customer", "day"]);
});

test("law 5: a call that lapsed and was settled late, or voided, is one request; its cost is the sum", async () => {
  const late = lapseRow();
  const gone = lapseRow();
  await book(
    harness,
    late,
    entryRow({ holdId: late.holdId, kind: "correction", amount: -900_000_000 }),
    gone,
    {
      ...entryRow({ holdId: gone.holdId, kind: "void", amount: -1_000_000_000, usage: null }),
      id: `${gone.holdId}.v`,
    },
    entryRow({ kind: "reset", amount: 0, keyId: "", provider: "", model: "", usage: null }),
  );
  expect(await data("?group_by=key")).toEqual([
    { key: "key_1", requests: 2, input_tokens: 10, output_tokens: 5, cost: "0.10" },
  ]);
});

test("a correction counts on its own day, where the ledger has it, and a cost may be negative there", async () => {
  const lapse = lapseRow(daysAgo(2));
  await book(harness, lapse, entryRow({ holdId: lapse.holdId, kind: "correction", amount: -900_000_000 }));
  expect(await data("?group_by=day")).toEqual([
    { day: "2026-05-13", requests: 0, input_tokens: 10, output_tokens: 5, cost: "-0.90" },
    { day: "2026-05-11", requests: 1, input_tokens: 0, output_tokens: 0, cost: "1.00" },
  ]);
});

test("a call of several tags counts in each, one of none in the row of null", async () => {
  await book(harness, entryRow({ tags: ["a", "b"] }), entryRow({ tags: ["b"] }), entryRow());
  expect(await data("?group_by=tag")).toMatchObject([
    { tag: "a", requests: 1 },
    { tag: "b", requests: 2 },
    { tag: null, requests: 1 },
  ]);
  expect(await data("")).toMatchObject([{ requests: 3, cost: "0.75" }]);
});

test("no single report of a provider stops the books, and a sum above 2^53 nano-dollars is exact", async () => {
  const odd = { input_total: 1e300, output_total: "7" } as unknown as { input_total: number };
  const most = 9_007_199_254_740_991;
  await book(harness, entryRow({ usage: odd, amount: most }), entryRow({ usage: odd, amount: most }));
  expect(await data("")).toEqual([
    { requests: 2, input_tokens: 2e12, output_tokens: 0, cost: "18014398.509481982" },
  ]);
});

describe("the range", () => {
  test("is of 30 days, today's included, where there is none; with an end alone of those before it", async () => {
    await book(harness, entryRow(daysAgo(31)), entryRow(daysAgo(30)), entryRow(daysAgo(29)), entryRow());
    expect(await data("")).toMatchObject([{ requests: 2 }]);
    expect(await data("?to=2026-05-13")).toMatchObject([{ requests: 2 }]);
    expect(await data("?from=1970-01-01")).toMatchObject([{ requests: 4 }]);
    expect(await data("?from=9999-12-31T23:59:59Z")).toMatchObject([{ requests: 0 }]);
  });

  test.each([
    ["from=2026-05-13&to=2026-05-14", 3],
    ["from=2026-05-13T10:30:00Z", 2],
    ["from=2026-05-13T10:30:00.001Z", 1],
    ["to=2026-05-13T10:30:00Z", 1],
    ["from=2026-05-13T10:30:00Z&to=2026-05-13T10:30:00.001Z", 1],
    ["from=2026-05-13T10:30:00Z&to=2026-05-13T10:30:00Z", 0],
    ["from=2026-05-13T00:00:00%2B02:00&to=2026-05-13T12:30:00%2B02:00", 1],
  ])(
    "%s has %i calls: from is in it, to isn't, and a date is its first moment in UTC",
    async (query, requests) => {
      const at = (ms: number) => entryRow({ at: new Date(START_MS + ms) });
      await book(harness, at(-1), at(0), at(1));
      expect(await data(`?${query}`)).toMatchObject([{ requests }]);
    },
  );

  test("law 1: a default range stays what it was on later pages, also past midnight", async () => {
    await book(
      harness,
      entryRow({ ...daysAgo(29), customer: "a" }),
      entryRow({ ...daysAgo(29), customer: "b" }),
    );
    const first = bodyOf(await get("?group_by=customer&limit=1"));
    expect(first).toMatchObject({ data: [{ customer: "a" }], has_more: true });
    harness.clock.nowMs += DAY_MS;
    const rest = await get(`?group_by=customer&limit=1&cursor=${String(first["next_cursor"])}`);
    expect(rest.body).toMatchObject({ data: [{ customer: "b" }], has_more: false });
  });
});

describe("the order of cost", () => {
  test("has the dearest first, and no row twice where calls go on between the pages", async () => {
    const spent = (customer: string, amount: number, ms = -1) =>
      entryRow({ customer, amount, at: new Date(START_MS + ms) });
    await book(harness, spent("a", 1), spent("b", 3), spent("c", 2), spent("d", 2));
    const seen: unknown[] = [];
    for (let cursor = "", pages = 0; pages < 4; pages++) {
      const page = bodyOf(await get(`?group_by=customer&order=cost&limit=1${cursor}`));
      seen.push(...(page["data"] as { customer: string }[]).map(({ customer }) => customer));
      await book(harness, spent("b", 1_000, 1), spent("d", 1_000, 1));
      cursor = `&cursor=${String(page["next_cursor"])}`;
    }
    expect(seen).toEqual(["b", "c", "d", "a"]);
  });
});

describe("bad input", () => {
  test.each([
    ["group_by=", "/group_by"],
    ["group_by=day,day", "/group_by"],
    ["group_by=day,hour", "/group_by"],
    ["group_by=day%2C%20model", "/group_by"],
    ["from=yesterday", "/from"],
    ["from=2026-02-30", "/from"],
    ["from=2026-05-13&to=2026-05-12", "/to"],
    ["format=xml", "/format"],
    ["order=day", "/order"],
    ["limit=201", "/limit"],
    ["limit=0", "/limit"],
    ["key=key_1&key_id=key_2", "/key"],
    ["customer=*", "/customer"],
    ["kind=settled", "/kind"],
    ["cursor=x", "/cursor"],
  ])("%s is a 400 that points at %s", async (query, pointer) => {
    const answer = await get(`?${query}`);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });

  test.each([
    ["of another report", ["group,model", 0, null, "0", "a"]],
    ["with too few values", ["group,day", 0, null, "0"]],
    ["of no day", ["group,day", 0, null, "0", "2026-02-30"]],
    ["of no time", ["group,day", 1e15, null, "0", "2026-02-03"]],
    ["of no cost", ["group,day", 0, null, "1e3", "2026-02-03"]],
    ["with a NUL", ["group,day", 0, null, "0", "\0"]],
  ])("a cursor %s is a 400", async (_, parts) => {
    const cursor = btoa(JSON.stringify(parts)).replaceAll("=", "");
    const answer = await get(`?group_by=day&cursor=${cursor}`);
    expect(answer.status).toBe(400);
    expect(detailOf(answer, "/cursor")).toMatch(/is not a cursor/);
  });

  test("a NUL in another list's cursor is a 400, too", async () => {
    const cursor = btoa(JSON.stringify([0, "\0"])).replaceAll("=", "");
    expect((await harness.call("GET", `/api/v1/ledger?cursor=${cursor}`)).status).toBe(400);
  });
});

test("law 1: is brought up to date before the first page, and is 503 where Redis can't say what is still to come", async () => {
  await book(harness, entryRow({ customer: "a" }), entryRow({ customer: "b" }));
  const first = bodyOf(await get("?group_by=customer&limit=1"));
  await get(`?group_by=customer&limit=1&cursor=${String(first["next_cursor"])}`);
  expect(harness.redis.broughtUpToDate).toBe(1);
  harness.redis.down = true;
  expect(await get()).toMatchObject({ status: 503, body: { store: "redis" } });
});

test("what another organization used is in no report of this one", async () => {
  await book(harness, entryRow(), entryRow({ organizationId: "org_other", amount: 1 }));
  expect(await data("?organization_id=org_other")).toMatchObject([{ requests: 1, cost: "0.000000001" }]);
  expect(await data("")).toMatchObject([{ requests: 1, cost: "0.25" }]);
});
