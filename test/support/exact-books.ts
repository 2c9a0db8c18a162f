import { expect } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { openEpoch } from "../../src/ledger/open.ts";
import { rebuildCounters } from "../../src/ledger/rebuild.ts";
import { replayStranded } from "../../src/ledger/strand.ts";
import type { Books } from "../../src/ledger/books.ts";
import type { Counter } from "../../src/store/packed.ts";
import { LEASE_MS, type Rig } from "./books-rig.ts";
import type { Call } from "./calls.ts";

/** What truly became of a call. `none`: never dispatched, or refused by the provider. `died`: dispatched, then its Worker died. */
export interface Truth {
  call: Call;
  /** A list: one of these. */
  cost: number | "none" | "died" | number[];
}

/** Rounds of lapsing, draining and replaying after which the books must be quiet. */
const MAX_ROUNDS = 8;

/**
 * Laws 1, 4, 5, 6 and 12 at rest: nothing is held, every counter is the sum of its ledger entries, and each call's entries
 * sum to what it truly cost. A call of which the test says nothing is only counted.
 */
export async function expectExactBooks(rig: Rig, org: string, truths: Truth[]): Promise<void> {
  const { books } = rig.worker({ http: false });
  await comeToRest(rig, books, org);
  await expectTotalsToBeSums(rig, org);
  await expectCountersToBeTotals(rig, books, org);
  for (const truth of truths) await expectCallAtItsCost(rig, truth);
}

async function comeToRest(rig: Rig, books: Books, org: string): Promise<void> {
  await openEpoch(books, org);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // A lapsed hold stays a lease longer, and then goes.
    rig.clock.advance(LEASE_MS + 1);
    await lapseEnded(books, org);
    await drainOutbox(books, org, { force: true });
    await replayStranded(books, org);
    if (await isQuiet(rig, org)) return;
  }
  throw new Error("the books don't come to rest");
}

async function isQuiet(rig: Rig, org: string): Promise<boolean> {
  if ((await rig.redis("LLEN", `tg:{${org}}:outbox`)) !== "0") return false;
  if ((await rig.redis("ZCARD", `tg:{${org}}:holds`)) !== "0") return false;
  const [open] = await rig.rows(
    "select count(*) as n from stranded_settles where organization_id = $1 and done_at is null",
    org,
  );
  return open?.["n"] === "0";
}

/** budget_totals says what the entries sum to, counter by counter and period by period. */
async function expectTotalsToBeSums(rig: Rig, org: string): Promise<void> {
  const totals = await rig.rows(
    "select counter, period_start, spent from budget_totals where organization_id = $1 order by 1, 2",
    org,
  );
  expect(totals).toEqual(await sums(rig, org));
}

const sums = (rig: Rig, org: string) =>
  rig.rows(
    `select b->>'counter' as counter, (b->>'period_start')::bigint as period_start, sum((b->>'amount')::bigint) as spent
     from ledger_entries e, jsonb_array_elements(e.budgets) b where e.organization_id = $1 group by 1, 2 order by 1, 2`,
    org,
  );

/** Those that Redis has first, as they are; then those that it must make anew. */
async function expectCountersToBeTotals(rig: Rig, books: Books, org: string): Promise<void> {
  const booked = await sums(rig, org);
  const names = await counterNames(rig, org, booked);
  await compare(books, org, booked, names);
  const { meta } = await books.store.readCounters(org, []);
  const latest = names.map((counter) => ({ counter, periodStartMs: 0 }));
  await rebuildCounters(books, org, meta?.epoch ?? 0, latest);
  await compare(books, org, booked, names);
}

async function counterNames(
  rig: Rig,
  org: string,
  booked: Record<string, string | null>[],
): Promise<string[]> {
  const prefix = `tg:{${org}}:budget:`;
  const inRedis = await rig.redis("KEYS", `${prefix}*`);
  const names = Array.isArray(inRedis) ? inRedis.map((key) => key.slice(prefix.length)) : [];
  return [...new Set([...names, ...booked.map((row) => String(row["counter"]))])];
}

async function compare(
  books: Books,
  org: string,
  booked: Record<string, string | null>[],
  names: string[],
): Promise<void> {
  const { meta, counters } = await books.store.readCounters(org, names);
  const found = names.flatMap((name, i) => {
    const counter = counters[i];
    if (!counter || counter.epoch !== meta?.epoch) return [];
    const total = booked.find(
      (row) => row["counter"] === name && row["period_start"] === String(counter.periodStartMs),
    );
    return [
      {
        redis: { name, spent: counter.spent, held: counter.held },
        ledger: { name, spent: Number(total?.["spent"] ?? 0), held: 0 },
      },
    ];
  });
  expect(found.map(({ redis }) => redis)).toEqual(found.map(({ ledger }) => ledger));
}

async function expectCallAtItsCost(rig: Rig, { call, cost }: Truth): Promise<void> {
  const entries = await entriesOf(rig, call);
  const sum = entries.reduce((total, { amount }) => total + amount, 0);
  const settles = entries.filter(({ id }) => id.endsWith(".s"));
  expect(settles.length).toBeLessThanOrEqual(1);
  expect({ holdId: call.holdId, sum }).toEqual({ holdId: call.holdId, sum: due(call, cost, sum) });
  if (cost === "died") expect(entries.map(({ kind }) => kind)).toEqual(["lapsed"]);
  if (typeof cost === "number") expect(settles).toHaveLength(1);
  // Law 6: whatever was counted was counted in the period in which it was reserved.
  for (const line of entries.flatMap(({ budgets }) => budgets)) {
    const reserved = call.lines.find(({ counter }) => counter === line.counter);
    if (reserved) expect([call.holdId, line.period_start]).toEqual([call.holdId, reserved.periodStartMs]);
  }
}

function due(call: Call, cost: Truth["cost"], sum: number): number | number[] {
  if (Array.isArray(cost)) return cost.includes(sum) ? sum : cost;
  if (cost === "died") return call.amountNanoUsd;
  return cost === "none" ? 0 : cost;
}

export interface BookedEntry {
  id: string;
  kind: string;
  amount: number;
  budgets: { id: string; counter: string; period_start: number; amount: number }[];
}

/** A hold's ledger entries in the order in which they were made. */
export async function entriesOf(rig: Rig, call: Pick<Call, "org" | "holdId">): Promise<BookedEntry[]> {
  const rows = await rig.rows(
    "select id, kind, amount, budgets from ledger_entries where organization_id = $1 and hold_id = $2 order by sequence_epoch, sequence_n",
    call.org,
    call.holdId,
  );
  return rows.map((row) => ({
    id: String(row["id"]),
    kind: String(row["kind"]),
    amount: Number(row["amount"]),
    budgets: JSON.parse(String(row["budgets"])) as BookedEntry["budgets"],
  }));
}

/** A counter as Redis has it; null where it has none of this epoch. */
export async function counterOf(books: Books, org: string, name: string): Promise<Counter | null> {
  const { meta, counters } = await books.store.readCounters(org, [name]);
  const counter = counters[0];
  return counter && counter.epoch === meta?.epoch ? counter : null;
}

export async function epochOf(books: Books, org: string): Promise<number | null> {
  return (await books.store.readCounters(org, [])).meta?.epoch ?? null;
}

export async function outboxLength(rig: Rig, org: string): Promise<number> {
  return Number(await rig.redis("LLEN", `tg:{${org}}:outbox`));
}
