import type { Books } from "../../src/ledger/books.ts";
import { openDatabase } from "../../src/ledger/database.ts";
import { createLedger } from "../../src/ledger/ledger.ts";
import { servePostgres } from "../../src/local/postgres/serve.ts";
import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import { isErrorReply, type Reply } from "../../src/local/redis/engine.ts";
import { serveUpstash } from "../../src/local/redis/http.ts";
import { createMemory } from "../../src/store/memory.ts";
import { openRedis, type RunCommand, type Sleep } from "../../src/store/redis.ts";
import { createStore } from "../../src/store/store.ts";
import { openMigrated } from "./migrated-postgres.ts";
import { postgresBehind, redisBehind, runOn, type Border, type Message } from "./borders.ts";
import { createFaults } from "./faults.ts";
import { createVirtualClock } from "./virtual-clock.ts";

// Both stores as the Worker meets them: its own clients, over HTTP, against real scripts and a migrated Postgres.

export const LEASE_MS = 60_000;
/** A moment in the middle of an hour, a day and a month. */
export const START_MS = Date.UTC(2026, 2, 14, 9, 26, 53);

const PASSWORD = "rig";

/** A reply as the client would give it. */
function plain(reply: Reply): unknown {
  if (reply !== null && isErrorReply(reply)) throw new Error(reply.error);
  if (Array.isArray(reply)) return reply.map(plain);
  return reply instanceof Uint8Array ? reply.toString("utf8") : reply;
}

/** Integers and texts as text; nothing as "". */
function textOf(reply: Reply): string {
  if (reply instanceof Uint8Array) return reply.toString("utf8");
  return typeof reply === "number" || typeof reply === "string" ? String(reply) : "";
}

export type Rig = Awaited<ReturnType<typeof startRig>>;
export type RigWorker = ReturnType<Rig["worker"]>;

interface BooksOptions {
  flushMs?: number;
  sleep?: Sleep;
  /** False: past both stores' fronts and clients, for tests that send very much. */
  http?: boolean;
}

export interface WorkerOptions extends Omit<BooksOptions, "sleep"> {
  /** False: its settles stay in the outbox, as those of a Worker whose flush time isn't over. */
  drains?: boolean;
  /** Each way, to each store. */
  latencyMs?: { redis: number; postgres: number };
}

export async function startRig() {
  const engine = await openEmbeddedRedis();
  const front = await serveUpstash({ engine, token: PASSWORD });
  const backend = await openMigrated();
  const bridge = await servePostgres({ backend, password: PASSWORD });
  const { run } = openRedis({ UPSTASH_REDIS_REST_URL: front.url, UPSTASH_REDIS_REST_TOKEN: PASSWORD });
  const runDirectly: RunCommand = async (command) => plain(await engine.call(command.map(String)));
  const database = openDatabase({ DATABASE_URL: bridge.databaseUrl, DATABASE_HTTP_URL: bridge.url });
  const clock = createVirtualClock(START_MS);
  let organizations = 0;
  let nonces = 0;

  /** Books whose messages go over this border. */
  function booksBehind(
    border: Border,
    { flushMs = 0, sleep = clock.sleep, http = true }: BooksOptions = {},
  ): Books & { reports: string[] } {
    const reports: string[] = [];
    return {
      store: createStore(redisBehind(border, http ? run : runDirectly), sleep),
      ledger: createLedger(
        postgresBehind(border, http ? (statement) => database.execute(statement) : runOn(backend)),
      ),
      memory: createMemory(),
      now: () => clock.now(),
      sleep,
      // By the real clock: this one would run through a lease while a provider is awaited.
      after(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
      nonce: () => `x${(nonces += 1)}`,
      leaseMs: LEASE_MS,
      flushMs,
      report: (event) => void reports.push(event),
      reports,
    };
  }

  return {
    engine,
    clock,
    booksBehind,

    /** A fresh one for each test, so that tests don't see each other's books. */
    organization: () => `org_${(organizations += 1)}`,

    worker({ flushMs = 0, drains = true, http = true, latencyMs }: WorkerOptions = {}) {
      const faults = createFaults(async (message: Message) => {
        if (latencyMs) await clock.sleep(latencyMs[message.border]);
        const reply = await clock.during(() => message.send());
        if (latencyMs) await clock.sleep(latencyMs[message.border]);
        return reply;
      });
      return { faults, books: booksBehind(faults.border, { flushMs: drains ? flushMs : Infinity, http }) };
    },

    /** Rows straight from Postgres, every value as text. */
    async rows(text: string, ...params: string[]): Promise<Record<string, string | null>[]> {
      const { fields, rows } = await backend.run({ text, params });
      return rows.map((row) =>
        Object.fromEntries(row.map((value, i) => [fields[i]?.name ?? String(i), value])),
      );
    },
    /** A command straight to the engine. */
    async redis(...command: string[]): Promise<string | string[]> {
      const reply = await engine.call(command);
      return Array.isArray(reply) ? reply.map(textOf) : textOf(reply);
    },
    /** Redis loses everything of everybody. */
    emptyRedis: () => engine.restore(""),

    async close(): Promise<void> {
      await bridge.close();
      await backend.close();
      await front.close();
      await engine.close();
    },
  };
}
