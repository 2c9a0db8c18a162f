import { desc, eq, max } from "drizzle-orm";
import { counterName, windowOf } from "../domain/charged-budgets.ts";
import { causeOf, type Drift, type Reconciliation } from "../services.ts";
import { noteDue } from "../store/due-alerts.ts";
import type { Books } from "./books.ts";
import { compareCounters } from "./compare.ts";
import type { Database } from "./database.ts";
import { bringLedgerUpToDate } from "./live.ts";
import { budgetFromRow } from "./rows.ts";
import { budgetTotals } from "./books-schema.ts";
import { budgets } from "./policy-schema.ts";

// Compares every live counter with the ledger and the outbox. 0 is the promise.

/** Counters that one script compares. */
const BATCH = 50;
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
    drift.push(...(await compareCounters(books, org, counters.slice(at, at + BATCH), { repair })));
  }
  if (drift.length > 0) {
    books.report("books_drift", { organization: org, counters: drift.length, repair });
    await raise(books, org, { drift, repaired: repair });
  }
  return { checked: counters.length, drift, repaired: repair ? drift.length : 0 };
}

async function raise(books: Books, org: string, found: { drift: Drift[]; repaired: boolean }): Promise<void> {
  try {
    const nowMs = books.now();
    if (await books.ledger.raiseDrift(org, found, nowMs)) noteDue(books.memory, org, nowMs);
  } catch (error) {
    // Whoever compares is told of it all the same.
    books.report("alert_failed", { organization: org, cause: causeOf(error) });
  }
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
