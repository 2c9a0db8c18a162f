import type { Config } from "./env.ts";
import type { GateDeps } from "./gate/gate-deps.ts";
import { newId } from "./ids.ts";
import type { Books } from "./ledger/books.ts";
import type { Database } from "./ledger/database.ts";
import { createLedger } from "./ledger/ledger.ts";
import { fetchPolicy, type Publisher } from "./ledger/publish.ts";
import { createObserver, type Observer } from "./observe/observer.ts";
import { timed } from "./observe/timed.ts";
import { createMemory } from "./store/memory.ts";
import { createMetricsStore, METRICS_BATCH, type MetricsStore } from "./store/metrics.ts";
import { openRedis, type After, type RunCommand } from "./store/redis.ts";
import { createStore } from "./store/store.ts";
import { together } from "./store/together.ts";
import type { WaitUntil } from "./wait-until.ts";

// Puts the parts together: one set of stores for the isolate, what the gate needs for each call. What only the control plane
// needs is in control-services.ts.

export interface Stores {
  books: Books;
  /** The same books, but each command goes alone: for requests that end where their client leaves, and so send for nobody. */
  apart: Books;
  /** Opened when it is first asked for. */
  database: () => Promise<Database>;
  metrics: MetricsStore;
  observer: Observer;
}

/** Called on nothing but the global: workerd refuses it as a method of anything else. */
export const outward: typeof fetch = (input, init) => fetch(input, init);

const after: After = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

/** `sleep`: for runtimes that aren't workerd. */
export function openStores(
  config: Config,
  sleep: Books["sleep"] = (milliseconds) => scheduler.wait(milliseconds),
): Stores {
  const now = () => Date.now();
  const redis = openRedis(config);
  const metrics = createMetricsStore(redis.run, sleep);
  const observer = createObserver({
    log: config.LOG_CALLS ? (line) => console.log(line) : null,
    now,
    flushMs: config.METRICS_FLUSH_SECONDS * 1_000,
    send: (counts) => metrics.addMetrics(counts),
    batch: METRICS_BATCH,
  });
  const latency = (store: "redis" | "postgres") => (ms: number) => observer.latency(store, ms);
  // The driver and the tables are a fifth of a start, and a call needs neither before its answer: they are evaluated when
  // Postgres is first asked.
  let opened: Database | undefined;
  const database = async () =>
    (opened ??= (await import("./ledger/database.ts")).openDatabase(
      config,
      timed(outward, now, latency("postgres")),
    ));
  const storeOver = (run: RunCommand) => createStore(timed(run, now, latency("redis")), sleep);
  const books: Books = {
    store: storeOver(together(redis, { now, after })),
    ledger: createLedger({ execute: async (statement) => (await database()).execute(statement) }),
    memory: createMemory(),
    now,
    sleep,
    after,
    nonce: () => crypto.randomUUID().replaceAll("-", ""),
    leaseMs: config.HOLD_LEASE_SECONDS * 1_000,
    flushMs: config.LEDGER_FLUSH_SECONDS * 1_000,
    report(event, details) {
      console.warn(reportLine(event, details));
      observer.event(event, details);
    },
  };
  return { books, apart: { ...books, store: storeOver(redis.run) }, database, metrics, observer };
}

/** Of one text in a report: an error may quote what it was about. */
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

export function publisherOf({ books, database }: Pick<Stores, "books" | "database">): Publisher {
  return {
    ...books,
    async read(org, policy, nowMs) {
      const { readPolicyDocument } = await import("./ledger/policy-documents.ts");
      return readPolicyDocument(await database(), org, policy, nowMs);
    },
  };
}
