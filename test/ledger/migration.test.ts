import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLedger, type BookRow, type Ledger } from "../../src/ledger/ledger.ts";
import { factsOf } from "../support/calls.ts";
import { bookWithoutAlerts, migrateToday, migrateUntil } from "../support/earlier-migrations.ts";

// Books that were kept before entries were counted go on, also while Workers of the version before still drain.

const ORG = "org_old";
const NOW_MS = 1_700_000_000_000;
const counters = [{ counter: "b1", periodStartMs: 0 }];

let pg: PGlite;
let ledger: Ledger;

beforeAll(async () => {
  pg = await PGlite.create();
  await migrateUntil(pg, "_entry_count");
  ledger = createLedger(drizzle(pg));
});
afterAll(() => pg.close());

test("law 9: totals and watermark stay, and whoever books an entry counts it", async () => {
  await bookAsBefore(entry(1));
  await migrateToday(pg);
  expect(await ledger.snapshot(ORG, 1, counters)).toEqual({
    watermark: { epoch: 1, n: 1, tag: "1.1/h1.s/5/x", entryCount: 0 },
    totals: [{ counter: "b1", periodStartMs: 0, spent: 5 }],
  });

  const head = { epoch: 1, tag: "1.1/h1.s/5/x", out: 1, length: 1 };
  expect(await ledger.book(ORG, head, [entry(2)], NOW_MS)).toMatchObject({ result: "ok", entry_count: 1 });
  await bookAsBefore(entry(3));
  expect(await ledger.book(ORG, head, [entry(3)], NOW_MS)).toMatchObject({ result: "ok", entry_count: 2 });
  const later = bookWithoutAlerts(pg);
  expect(await later(ORG, { ...head, tag: entry(3).tag }, [entry(4)], NOW_MS)).toMatchObject({
    result: "ok",
    entry_count: 3,
  });
  expect(await ledger.snapshot(ORG, 1, counters)).toMatchObject({
    watermark: { n: 4, entryCount: 3 },
    totals: [{ spent: 20 }],
  });
});

async function bookAsBefore(row: BookRow): Promise<void> {
  const tag = row.n === 1 ? "-" : `1.${row.n - 1}/h${row.n - 1}.s/5/x`;
  const booked = await pg.query<{ result: string }>(
    "select tollgate_book($1, 1, $2, $3, 1, 1, $4::jsonb)->>'result' as result",
    [ORG, row.n, tag, JSON.stringify([row])],
  );
  expect(booked.rows).toEqual([{ result: "ok" }]);
}

function entry(n: number): BookRow {
  const hold = `h${n}`;
  return {
    id: `${hold}.s`,
    tag: `1.${n}/${hold}.s/5/x`,
    e: 1,
    n,
    hold,
    kind: "s",
    to: 5,
    delta: 5,
    at: NOW_MS,
    lines: [{ counter: "b1", id: "b1", period_start: 0, to: 5, delta: 5 }],
    facts: factsOf({ holdId: hold, amountNanoUsd: 5 }),
  };
}
