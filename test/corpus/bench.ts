import { counterName } from "../../src/domain/charged-budgets.ts";
import { parseEnv } from "../../src/env.ts";
import type { GateDeps } from "../../src/gate/gate-deps.ts";
import { mintSecret } from "../../src/gate/secret.ts";
import { fetchPolicy } from "../../src/ledger/publish.ts";
import { createMemory } from "../../src/store/memory.ts";
import { createStore } from "../../src/store/store.ts";
import { createDocuments } from "../simulation/documents.ts";
import { openSimulatedEngine } from "../simulation/engines.ts";
import { createMemoryLedger, type BookedRow } from "../simulation/memory-ledger.ts";
import { createRedisSide } from "../simulation/redis-side.ts";
import { seededRandom } from "../support/schedule.ts";
import { bindings, KEY_SECRET } from "./bindings.ts";
import { budgetOf, keyOf, providerOf } from "./policies.ts";

// The gate with its real scripts, and an organization of its own for each call: its books are that call's alone.

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** What one call is made against. */
export interface Stall {
  deps: GateDeps;
  secret: string;
  /** Waits until all that the call left to be finished is. */
  settled(): Promise<void>;
  /** The ledger's rows, and what the budget's counter says. */
  books(): Promise<{ rows: BookedRow[]; spent: number; held: number }>;
  /** What the gate reported as not in order. */
  reports: string[];
}

const LEASE_MS = 900_000;

export async function openBench() {
  installWorkerdStream();
  const engine = await openSimulatedEngine();
  const redis = createRedisSide(engine);
  await redis.loadScripts();
  const parsed = parseEnv(bindings());
  if ("problems" in parsed) throw new Error(`the bench's bindings are wrong: ${JSON.stringify(parsed)}`);
  const { config } = parsed;
  let stalls = 0;

  async function stall(
    fetcher: typeof fetch,
    { nowMs, allowUnpriced, prefix }: { nowMs: number; allowUnpriced: boolean; prefix: string },
  ): Promise<Stall> {
    stalls += 1;
    const org = `org_c${stalls}`;
    const { secret, digest } = await mintSecret(KEY_SECRET, org, new Uint8Array(20).fill(7));
    const own = await providerOf(org, prefix.slice(1));
    const documents = createDocuments({
      organizationId: org,
      keys: [keyOf(org, { digest, allowUnpriced })],
      budgets: [budgetOf(org)],
      blockedCustomers: [],
      ...(own && { providers: [own] }),
    });
    const now = () => nowMs;
    const store = createStore((command) => redis.look(...command), sleepForLong);
    const ledger = createMemoryLedger(seededRandom(1));
    const reports: string[] = [];
    const pending: Promise<unknown>[] = [];
    let nonces = 0;
    const books: GateDeps["books"] = {
      store,
      ledger,
      memory: createMemory(),
      now,
      sleep: sleepForLong,
      after: () => () => undefined,
      nonce: () => `x${(nonces += 1)}`,
      leaseMs: LEASE_MS,
      flushMs: 0,
      report: (event, details) => void reports.push(`${event} ${JSON.stringify(details)}`),
    };
    const deps: GateDeps = {
      config,
      books,
      record: () => undefined,
      fetchPolicy: (ofOrg, policy) =>
        fetchPolicy({ ...books, read: async (_, ref) => documents.read(ref) }, ofOrg, policy),
      fetch: fetcher,
      newId: () => "req_1",
      waitUntil: (promise) => void pending.push(promise.catch((error) => reports.push(String(error)))),
    };
    return {
      deps,
      secret,
      reports,
      async settled() {
        for (let i = 0; i < pending.length; i++) await pending[i];
      },
      async books() {
        const { counters } = await store.readCounters(org, [counterName(budgetOf(org))]);
        return { rows: ledger.rows(), spent: counters[0]?.spent ?? 0, held: counters[0]?.held ?? 0 };
      },
    };
  }

  return {
    stall,
    /** Forgets the books of calls that are over. */
    clear: () => engine.restore(""),
    close: () => engine.close(),
  };
}

/** Only lease renewals and retries sleep: the first must not keep the process, the second don't happen here. */
function sleepForLong(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}

/** Node lacks the stream that only workerd has. */
function installWorkerdStream(): void {
  Object.defineProperty(globalThis, "IdentityTransformStream", {
    value: class extends TransformStream<Uint8Array, Uint8Array> {},
    configurable: true,
  });
}
