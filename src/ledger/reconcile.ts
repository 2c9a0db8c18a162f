import { desc, eq, max } from "drizzle-orm";
import { counterName, windowOf } from "../domain/charged-budgets.ts";
import { StoreUnavailable, type Drift, type Reconciliation } from "../services.ts";
import type { Books } from "./books.ts";
import type { Database } from "./database.ts";
import { drainOutbox } from "./drain.ts";
import { lapseEnded } from "./lapse.ts";
import { bringLedgerUpToDate } from "./live.ts";
import { openEpoch } from "./open.ts";
import { budgetFromRow } from "./rows.ts";
import { budgets, budgetTotals } from "./schema.ts";

// Compares every live counter with the ledger and the outbox. 0 is the promise.

/** Counters that one script compares. */
const BATCH = 50;
/** Snapshots of one batch that traffic may overtake. */
const MAX_SNAPSHOTS = 10;
/** Counters of one organization that one call compares: the latest periods come first. */
const MAX_COUNTERS = 10_000;

/** `repair`: a counter that differs takes the ledger's number. Throws StoreUnavailable. */
export async function reconcile(
  books: Books,
  database: Database,
  org: string,
  { repair }: { repair: boolean },
): Promise<Reconciliation> {
  await bringLedgerUpToDate(books, org);
  const counters = await countersOf(books, database, org);
  const drift: Drift[] = [];
  for (let at = 0; at < counters.length; at += BATCH) {
    drift.push(...(await compare(books, org, counters.slice(at, at + BATCH), repair)));
  }
  if (drift.length > 0) books.report("books_drift", { organization: org, counters: drift.length, repair });
  return { checked: counters.length, drift, repaired: repair ? drift.length : 0 };
}

/** Every counter that may live: one of each budget, and those of the instances that were counted. */
async function countersOf(
  books: Books,
  database: Database,
  org: string,
): Promise<{ counter: string; periodStartMs: number }[]> {
  const rows = await database.select().from(budgets).where(eq(budgets.organizationId, org));
  const starts = new Map<string, number>();
  for (const budget of rows.map((row) => budgetFromRow(row))) {
    starts.set(counterName(budget), windowOf(budget, books.now()).startMs);
  }
  const latest = max(budgetTotals.periodStart);
  const counted = await database
    .select({ counter: budgetTotals.counter, periodStartMs: latest })
    .from(budgetTotals)
    .where(eq(budgetTotals.organizationId, org))
    .groupBy(budgetTotals.counter)
    .orderBy(desc(latest))
    .limit(MAX_COUNTERS);
  for (const { counter, periodStartMs } of counted) {
    const startMs = periodStartMs ?? 0;
    starts.set(counter, Math.max(startMs, starts.get(counter) ?? startMs));
  }
  return [...starts].map(([counter, periodStartMs]) => ({ counter, periodStartMs }));
}

async function compare(
  books: Books,
  org: string,
  counters: { counter: string; periodStartMs: number }[],
  repair: boolean,
): Promise<Drift[]> {
  for (let attempt = 0; attempt < MAX_SNAPSHOTS; attempt++) {
    const names = counters.map(({ counter }) => counter);
    const { meta, counters: stored } = await books.store.readCounters(org, names);
    if (!meta) {
      await openEpoch(books, org);
      continue;
    }
    // A counter is compared in the period that it counts now, which may be later than the latest one booked.
    const asked = counters.map(({ counter, periodStartMs }, i) => ({
      counter,
      periodStartMs: Math.max(periodStartMs, stored[i]?.periodStartMs ?? periodStartMs),
    }));
    const { watermark, totals } = await books.ledger.snapshot(org, meta.epoch, asked);
    const reply = await books.store.refresh({
      organizationId: org,
      epoch: meta.epoch,
      watermark,
      counters: totals,
      repair,
    });
    if (reply.kind === "ok") {
      return reply.drift.map(({ counter, periodStartMs, spent, due }) => ({
        counter,
        periodStartMs,
        redis: spent,
        ledger: due,
      }));
    }
    await lapseEnded(books, org);
    await drainOutbox(books, org, { force: attempt > 1 });
  }
  throw new StoreUnavailable("redis", new Error("the comparison was overtaken too often"));
}
