import { deliverDue } from "./alerts/deliver.ts";
import type { Config } from "./env.ts";
import type { GateDeps } from "./gate/gate-deps.ts";
import { newId } from "./ids.ts";
import { changeBalance } from "./ledger/balance.ts";
import type { Books } from "./ledger/books.ts";
import { openDatabase, type Database } from "./ledger/database.ts";
import { createLedger } from "./ledger/ledger.ts";
import { bringLedgerUpToDate, findHold, listHolds, liveBudgets } from "./ledger/live.ts";
import { reconcile } from "./ledger/reconcile.ts";
import { readPolicyDocument } from "./ledger/policy-documents.ts";
import { fetchPolicy, publishPolicy, type Publisher } from "./ledger/publish.ts";
import { voidHold } from "./ledger/void.ts";
import { missingCounter } from "./ledger/rebuild.ts";
import type { Services } from "./services.ts";
import { createObserver, type Observer } from "./observe/observer.ts";
import { timed } from "./observe/timed.ts";
import { createMemory } from "./store/memory.ts";
import { createMetricsStore, METRICS_BATCH, type MetricsStore } from "./store/metrics.ts";
import { openRedis } from "./store/redis.ts";
import { createStore } from "./store/store.ts";
import type { WaitUntil } from "./wait-until.ts";

// Puts the parts together: one set of stores for the isolate, one set of services for each request.

export interface Stores {
  books: Books;
  database: Database;
  metrics: MetricsStore;
  observer: Observer;
}

/** Called on nothing but the global: workerd refuses it as a method of anything else. */
const outward: typeof fetch = (input, init) => fetch(input, init);

/** `sleep`: for runtimes that aren't workerd. */
export function openStores(
  config: Config,
  sleep: Books["sleep"] = (milliseconds) => scheduler.wait(milliseconds),
): Stores {
  const now = () => Date.now();
  const redis = openRedis(config);
  const metrics = createMetricsStore(redis, sleep);
  const observer = createObserver({
    log: config.LOG_CALLS ? (line) => console.log(line) : null,
    now,
    flushMs: config.METRICS_FLUSH_SECONDS * 1_000,
    send: (counts) => metrics.addMetrics(counts),
    batch: METRICS_BATCH,
  });
  const latency = (store: "redis" | "postgres") => (ms: number) => observer.latency(store, ms);
  const database = openDatabase(config, timed(outward, now, latency("postgres")));
  const books: Books = {
    store: createStore(timed(redis, now, latency("redis")), sleep),
    ledger: createLedger(database),
    memory: createMemory(),
    now,
    sleep,
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    nonce: () => crypto.randomUUID().replaceAll("-", ""),
    leaseMs: config.HOLD_LEASE_SECONDS * 1_000,
    flushMs: config.LEDGER_FLUSH_SECONDS * 1_000,
    report(event, details) {
      console.warn(reportLine(event, details));
      observer.event(event, details);
    },
  };
  return { books, database, metrics, observer };
}

/** Of one text in a report: stores quote the whole command in their errors. */
const MAX_REPORTED_LENGTH = 300;

function reportLine(event: string, details: Record<string, unknown>): string {
  return JSON.stringify({ event, ...details }, (_, value: unknown) =>
    typeof value === "string" ? value.slice(0, MAX_REPORTED_LENGTH) : value,
  );
}

export function gateDepsOf(
  config: Config,
  { books, database, observer }: Stores,
  waitUntil: WaitUntil,
): GateDeps {
  return {
    config,
    books,
    fetchPolicy: (org, policy) => fetchPolicy(publisherOf({ books, database }), org, policy),
    fetch: outward,
    newId,
    record: (call) => observer.record(call, waitUntil),
    waitUntil,
  };
}

export function servicesOf(
  config: Config,
  { books, database, metrics }: Stores,
  waitUntil: WaitUntil,
): Services {
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
    publishPolicy: (org, policy) => publishPolicy(publisherOf({ books, database }), org, policy),
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
    readMetrics: () => metrics.readMetrics(),
    readBacklog: (org) => metrics.readBacklog(org),
    probe: async () => ({
      redis: await probed(books, () => books.store.ping()),
      postgres: await probed(books, () => books.ledger.ping()),
    }),
  };
}

function publisherOf({ books, database }: Pick<Stores, "books" | "database">): Publisher {
  return { ...books, read: (org, policy, nowMs) => readPolicyDocument(database, org, policy, nowMs) };
}

async function probed(books: Books, ping: () => Promise<void>): Promise<{ ok: boolean; ms: number }> {
  const startedAtMs = books.now();
  const ok = await ping().then(
    () => true,
    () => false, // What failed is in the store's own report; here it counts that it did.
  );
  return { ok, ms: Math.max(0, books.now() - startedAtMs) };
}
