import { parseEnv, type Config } from "../../src/env.ts";
import { mintSecret } from "../../src/gate/secret.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { Store } from "../../src/store/store.ts";
import type { Random } from "../support/schedule.ts";
import { createDocuments } from "./documents.ts";
import { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";
import { linesUnder } from "./oracle.ts";
import { createNetwork, type NetworkFaults } from "./network.ts";
import { createProvider } from "./provider.ts";
import type { CallRecord, Report } from "./records.ts";
import { createRedisSide, type ScriptPatches, type SimulatedEngine } from "./redis-side.ts";
import {
  UNPRICED,
  LEASE_SECONDS,
  ORGANIZATION,
  PROVIDER_TIMEOUT_SECONDS,
  START_MS,
  type Scenario,
} from "./scenario.ts";
import { createScheduler } from "./scheduler.ts";
import { createWatch, type Watch } from "./watch.ts";

// All that a run has: both stores, the network, the provider, the truth about the calls, and what was found broken.

/** Deliberate breaks, to see that the simulation finds them. */
export interface Breaks {
  scripts?: ScriptPatches;
  store?: (store: Store) => Store;
  ledger?: (ledger: MemoryLedger) => Partial<Ledger>;
  /** Changes a policy document on its way to Redis. */
  publish?: (json: string) => string;
  /** Changes are answered before they are published. */
  answersEarly?: boolean;
}

export interface Violation {
  law: string;
  message: string;
}

/** The world but for the eyes on it. */
export type Parts = ReturnType<typeof createParts>;
export type World = Parts & { watch: Watch };

const KEY_SECRET = "a secret of the simulation";

interface WorldOptions {
  random: Random;
  engine: SimulatedEngine;
  breaks?: Breaks;
}

export function createWorld(scenario: Scenario, options: WorldOptions): World {
  const parts = createParts(scenario, options);
  return Object.assign(parts, { watch: createWatch(parts) });
}

function createParts(scenario: Scenario, { random, engine, breaks = {} }: WorldOptions) {
  const { misfortunes } = scenario;
  const scheduler = createScheduler(random, START_MS);
  const faults: NetworkFaults = {
    messages: misfortunes.messages,
    fates: scenario.fates,
    hit: scenario.hit,
    away: new Set(),
    far: new Set(scenario.isOperatorFar ? ["OP"] : []),
  };
  const inMemory = createMemoryLedger(random);
  const ledger: MemoryLedger = { ...inMemory, ...breaks.ledger?.(inMemory) };
  const records = new Map<number, CallRecord>();
  const violations: Violation[] = [];
  const documents = createDocuments({
    organizationId: ORGANIZATION,
    keys: structuredClone(scenario.keys),
    budgets: structuredClone(scenario.budgets),
    blockedCustomers: [],
  });
  const violated = (law: string, message: string): void => {
    violations.push({ law, message });
    scheduler.trace.push(`!! law ${law}: ${message}`);
  };
  /** Broken only where it is so before the changes and after them: the call went by one of the two. */
  const received = ({ planned, holds }: CallRecord): void => {
    const cases = [scenario.budgets, documents.state.budgets].map((budgets) =>
      linesUnder({ keys: scenario.keys, budgets }, planned),
    );
    const isUnpriced = planned.model === UNPRICED && scenario.keys[planned.key]?.allowUnpriced === false;
    if (isUnpriced && cases.every((lines) => lines.some(({ unit }) => unit === "usd"))) {
      violated("11", `call ${planned.number} went out with no price, under a usd budget`);
    }
    // With nothing held a call goes out only if no hard budget of it says that it must be asked.
    if (holds.size === 0 && cases.every((lines) => lines.some(({ hard, open }) => hard && !open))) {
      violated("14", `call ${planned.number} went out with nothing held`);
    }
  };
  const memory = {
    faulted: false,
    old: false,
    lostHoldIn: null as number | null,
    fellBackTo: null as number | null,
  };
  return {
    scenario,
    /** The stores' own clocks go with the Workers'. */
    setClock: () => engine.setClock(scheduler.now),
    scheduler,
    breaks,
    faults,
    network: createNetwork(scheduler, faults),
    redis: createRedisSide(engine, breaks.scripts),
    ledger,
    documents,
    provider: createProvider(scheduler, records, received),
    records,
    secrets: new Map<string, string>(),
    /** The version of each document whose change was answered last. */
    answered: new Map<string, number>(),
    reports: [] as Report[],
    violations,
    made: { nonces: 0, requests: 0 },
    memory,
    deadIsolates: new Set<string>(),
    /** Workers that are about to bring to the other store what they have read; a snapshot with the ledger's length then. */
    carrying: { snapshot: new Map<string, number>(), outbox: new Set<string>() },
    memoryFaulted: () => memory.faulted,
    /** Redis has fallen back, or lost settled entries, and nobody has noticed yet. */
    memoryIsOld: () => memory.old,
    /** The same of its policy documents: those of the epoch that it fell back to, until another begins. */
    documentsAreOld: (epoch: number | undefined) => epoch !== undefined && epoch === memory.fellBackTo,
    violated,
    traceReply(name: string, kind: string): void {
      scheduler.trace.push(`     ${name} -> ${kind}`);
    },
  };
}

/** Gives every key a genuine secret, the same in every run. */
export async function mintSecrets(world: World): Promise<void> {
  for (const [i, key] of world.documents.state.keys.entries()) {
    const minted = await mintSecret(KEY_SECRET, ORGANIZATION, new Uint8Array(20).fill(i + 1));
    key.digest = minted.digest;
    world.secrets.set(key.id, minted.secret);
  }
}

export function configOf(scenario: Scenario): Config {
  const parsed = parseEnv({
    ADMIN_KEY: "admin",
    KEY_SECRET,
    UPSTASH_REDIS_REST_URL: "http://redis.invalid",
    UPSTASH_REDIS_REST_TOKEN: "token",
    DATABASE_URL: "postgres://user:pass@postgres.invalid/db",
    OPENAI_BASE_URL: "http://provider.invalid",
    OPENAI_API_KEY: "upstream",
    HOLD_LEASE_SECONDS: LEASE_SECONDS,
    PROVIDER_TIMEOUT_SECONDS,
    LEDGER_FLUSH_SECONDS: scenario.flushMs / 1_000,
  });
  if ("problems" in parsed) throw new Error("the simulation's bindings are wrong");
  return parsed.config;
}
