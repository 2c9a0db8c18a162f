import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLedger, type Ledger } from "../../src/ledger/ledger.ts";
import { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";
import { ledgerSteps, takeStep, type LedgerStep } from "./ledger-steps.ts";

// The simulation's Postgres is held to the real one, step by step.

const RUNS = Number(process.env["LEDGER_RUNS"] ?? 60);
const MIGRATIONS = join(import.meta.dirname, "../../drizzle");

let pg: PGlite;
let real: Ledger;
let organizations = 0;

beforeAll(async () => {
  pg = await PGlite.create();
  const database = drizzle(pg);
  await migrate(database, { migrationsFolder: MIGRATIONS });
  // The ledger only executes statements and reads their rows, which both drivers give alike.
  real = createLedger(database);
});
afterAll(() => pg.close());

test("the ledger in memory answers as Postgres does, and has the same entries, totals and watermark", async () => {
  await fc.assert(
    fc.asyncProperty(ledgerSteps, async (steps) => {
      const org = `org_${(organizations += 1)}`;
      const memory = createMemoryLedger(Math.random);
      for (const step of steps) await compare(org, memory, step);
      expect(entriesOf(memory)).toEqual(await rows(ENTRIES, org));
      expect(totalsOf(memory)).toEqual(await rows(TOTALS, org));
    }),
    { numRuns: RUNS },
  );
});

async function compare(org: string, memory: MemoryLedger, step: LedgerStep): Promise<void> {
  const [ours, theirs] = [await takeStep(memory, org, step), await takeStep(real, org, step)];
  expect({ step, answer: ours }).toEqual({ step, answer: theirs });
}

const ENTRIES = `select id, hold_id, amount::int8 as amount, kind = 'lapsed' as lapsed,
  (select coalesce(jsonb_agg(jsonb_build_array(b->>'counter', b->'period_start', b->'amount')), '[]') from jsonb_array_elements(budgets) b) as lines
  from ledger_entries where organization_id = $1 order by id`;
const TOTALS = `select counter, period_start::int8 as period_start, spent::int8 as spent
  from budget_totals where organization_id = $1 order by counter, period_start`;

async function rows(text: string, org: string): Promise<unknown[]> {
  return (await pg.query(text, [org])).rows;
}

function entriesOf(memory: MemoryLedger): unknown[] {
  return memory
    .rows()
    .map(({ id, holdId, amount, kind, lines }) => ({
      id,
      hold_id: holdId,
      amount,
      lapsed: kind === "l",
      lines: lines.map((line) => [line.counter, line.periodStartMs, line.amount]),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function totalsOf(memory: MemoryLedger): unknown[] {
  const totals = new Map<string, { counter: string; period_start: number; spent: number }>();
  for (const { counter, periodStartMs, amount } of memory.rows().flatMap(({ lines }) => lines)) {
    const place = `${counter} ${periodStartMs}`;
    const spent = (totals.get(place)?.spent ?? 0) + amount;
    totals.set(place, { counter, period_start: periodStartMs, spent });
  }
  return [...totals.values()].toSorted((a, b) =>
    a.counter === b.counter ? a.period_start - b.period_start : a.counter < b.counter ? -1 : 1,
  );
}
