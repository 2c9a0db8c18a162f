import { deliverDue } from "./alerts/deliver.ts";
import type { Config } from "./env.ts";
import { newId } from "./ids.ts";
import { changeBalance } from "./ledger/balance.ts";
import type { Books } from "./ledger/books.ts";
import type { Database } from "./ledger/database.ts";
import { bringLedgerUpToDate, findHold, listHolds, liveBudgets } from "./ledger/live.ts";
import { publishPolicy } from "./ledger/publish.ts";
import { missingCounter } from "./ledger/rebuild.ts";
import { reconcile } from "./ledger/reconcile.ts";
import { voidHold } from "./ledger/void.ts";
import type { Services } from "./services.ts";
import type { WaitUntil } from "./wait-until.ts";
import { outward, publisherOf, type Stores } from "./wiring.ts";

// What the control plane asks of the stores, put together for each request.

export function servicesOf(
  config: Config,
  stores: Stores,
  database: Database,
  waitUntil: WaitUntil,
): Services {
  const { apart: books, metrics, observer } = stores;
  /** What a read has lapsed or found is told of at once, behind its answer. */
  async function delivering<T>(org: string, work: Promise<T>): Promise<T> {
    const done = await work;
    waitUntil(deliverDue({ config, books, fetch: outward }, org));
    return done;
  }
  return {
    config,
    database,
    now: books.now,
    waitUntil,
    publishPolicy: (org, policy) => publishPolicy(publisherOf({ ...stores, books }), org, policy),
    liveBudgets: (org, budgets) => liveBudgets(books, org, budgets),
    bringLedgerUpToDate: (org) => delivering(org, bringLedgerUpToDate(books, org)),
    listHolds: (org, page) => listHolds(books, org, page),
    findHold: (org, holdId) => findHold(books, org, holdId),
    voidHold: (org, holdId) => voidHold(books, database, org, holdId),
    resetBudget: (org, charged) => {
      const counter = missingCounter(charged, books.now());
      return changeBalance(books, org, { ...counter, id: newId("rst"), amount: "reset" });
    },
    openBalance: (org, opening) => changeBalance(books, org, { id: newId("rst"), ...opening }),
    reconcile: (org, options) => delivering(org, reconcile(books, database, org, options)),
    async readMetrics() {
      // So that whoever tries it out finds the call that he has just made; other isolates send theirs once in a while.
      await observer.flush();
      return metrics.readMetrics();
    },
    readBacklog: (org) => metrics.readBacklog(org),
    probe: async () => ({
      redis: await probed(books, () => books.store.ping()),
      postgres: await probed(books, () => books.ledger.ping()),
    }),
  };
}

async function probed(books: Books, ping: () => Promise<void>): Promise<{ ok: boolean; ms: number }> {
  const startedAtMs = books.now();
  const ok = await ping().then(
    () => true,
    () => false, // What failed is in the store's own report; here it counts that it did.
  );
  return { ok, ms: Math.max(0, books.now() - startedAtMs) };
}
