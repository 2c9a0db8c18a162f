import { afterAll, beforeAll, expect, test } from "vitest";
import { compareCounters } from "../../src/ledger/compare.ts";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { startRig, type Rig } from "../support/books-rig.ts";
import { reserved, settle } from "../support/calls.ts";
import { counterOf, outboxLength } from "../support/exact-books.ts";

// What an operator finds who restored Postgres to an earlier moment while Redis went on: the README's chapter on it.

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const BOOKS = ["ledger_entries", "budget_totals", "usage_totals", "organization_books"];

test("the books go on from what was restored, show what is lost, and follow the ledger once they are repaired", async () => {
  const org = rig.organization();
  const { books } = rig.worker();
  const call = (holdId: string) =>
    reserved(books, { org, holdId, amountNanoUsd: 2_000, lines: [{ counter: "b1", limit: 100_000 }] });
  const first = await call("h1");
  await settle(books, first, 1_000);
  for (const table of BOOKS)
    await rig.rows(`create table backup_${table} as select * from ${table} where organization_id = $1`, org);
  await settle(books, await call("h2"), 700);
  for (const table of BOOKS) {
    await rig.rows(`delete from ${table} where organization_id = $1`, org);
    // A trigger adds to the usage totals whatever comes into the ledger.
    if (table !== "usage_totals") await rig.rows(`insert into ${table} select * from backup_${table}`);
  }

  expect(await settle(books, await call("h3"), 50)).toBe("booked");
  // It is booked, but what Redis trimmed last is none of this ledger's: the next drain finds it in order.
  await drainOutbox(books, org, { force: true });
  expect(await outboxLength(rig, org)).toBe(0);
  const counters = first.lines.map(({ counter, periodStartMs }) => ({ counter, periodStartMs }));
  const [drift] = await compareCounters(books, org, counters, { repair: true });
  expect(drift).toMatchObject({ counter: "b1", redis: 1_750, ledger: 1_050 });
  expect(await counterOf(books, org, "b1")).toMatchObject({ spent: 1_050, held: 0 });
  expect(await compareCounters(books, org, counters, { repair: false })).toEqual([]);
});
