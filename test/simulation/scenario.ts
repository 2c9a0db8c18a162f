import type { Budget } from "../../src/domain/charged-budgets.ts";
import { pick, seededRandom, type Random } from "../support/schedule.ts";
import { makeBudgets } from "./scenario-budgets.ts";
import { makeChanges, makeLooks, type PlannedChange } from "./scenario-changes.ts";
import { makeKeys, CUSTOMERS } from "./scenario-keys.ts";
import type { KeyRow } from "./documents.ts";
import { FATES, type Fate } from "./network.ts";

// What a seed makes happen, as data: who calls and when, what operators change, and what goes wrong. The order of it all
// is another seed's, so that a failing scenario can be made smaller and tried in many orders.

export const ORGANIZATION = "org_sim";
export const LEASE_SECONDS = 60;
export const PROVIDER_TIMEOUT_SECONDS = 90;
/** Some minutes before midnight, so that days end too. Far away: a real Redis must not take a document's end for past. */
export const START_MS = Date.UTC(2041, 2, 13, 23, 55, 10);

/** How the provider answers. `silent`: nothing, until the gate gives up. `cut`: breaks off. `mute`: states no usage. `absurd`: one that no call has. */
export const ANSWERS = [
  "usage",
  "overrun",
  "error",
  "silent",
  "unreachable",
  "cut",
  "mute",
  "absurd",
] as const;
export type Answer = (typeof ANSWERS)[number];

export interface PlannedCall {
  number: number;
  atMs: number;
  slot: number;
  key: number;
  model: string;
  maxTokens: number;
  stream: boolean;
  customer: string | null;
  tags: string[];
  answer: Answer;
  /** What the provider counts, as shares of what the body and its limit allow. */
  inputShare: number;
  outputShare: number;
  providerMs: number;
  /** The client leaves so long after it called; null: it stays. */
  leavesAfterMs: number | null;
}

export const MEMORY_FAULTS = [
  "emptied",
  "falls back",
  "falls back",
  "meta",
  "outbox",
  "counter",
  "counter",
  "hold",
  "document",
] as const;
/** What a Worker brings from one store to the other: totals to Redis, which others may have overtaken, or entries to Postgres. */
export const CARRIED = ["snapshot", "overtaken snapshot", "outbox"] as const;
export type Carried = (typeof CARRIED)[number];

export type MemoryFault = (typeof MEMORY_FAULTS)[number];

const KEEPS_OUTBOX = new Set<MemoryFault>(["meta", "counter", "hold", "document"]);

export interface Misfortunes {
  messages: number;
  crashes: number;
  /** How many times the clock makes a leap. */
  leaps: number;
  memory: MemoryFault | null;
  outage: "redis" | "postgres" | null;
}

export interface Scenario {
  workers: number;
  /** How far each Worker's clock is off, in milliseconds. */
  skewsMs: number[];
  flushMs: number;
  keys: KeyRow[];
  budgets: Budget[];
  calls: PlannedCall[];
  changes: PlannedChange[];
  misfortunes: Misfortunes;
  /** What may happen to messages, and to which rather: all of them where none is named. */
  fates: readonly Fate[];
  hit: string | null;
  /** Redis falls back while a Worker is about to bring this from one store to the other; null: at any moment. */
  aim: Carried | null;
  /** The operators' Worker is far from both stores. */
  isOperatorFar: boolean;
  /** What a Worker's calls ask of Redis at once goes in one message. */
  sendsTogether: boolean;
}

/** A model without a price. */
export const UNPRICED = "no-such-model";
const MODELS = ["gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini", "gpt-4.1-nano", UNPRICED] as const;
const GAPS_MS = [0, 0, 0, 3, 20, 150, 1_500, 25_000] as const;
const PROVIDER_MS = [0, 1, 10, 10, 60, 400, 9_000, 40_000] as const;
const LEAVING_MS = [0, 5, 80, 12_000] as const;
const OUTPUT_LIMITS = [20, 60, 100, 200] as const;

export function scenarioOf(seed: number): Scenario {
  const random = seededRandom(seed);
  const keys = makeKeys(random);
  const workers = 2 + Math.floor(random() * 2);
  const calls = makeCalls(random, { workers, keys: keys.length });
  const budgets = makeBudgets(random, keys);
  const misfortunes = makeMisfortunes(random);
  // Settled entries that wait for Postgres are what a loss of memory may lose: that window is documented.
  const mayWait = misfortunes.memory === null || KEEPS_OUTBOX.has(misfortunes.memory);
  return {
    workers,
    skewsMs: Array.from({ length: workers }, () =>
      random() < 0.7 ? 0 : Math.floor(random() * 4_000) - 2_000,
    ),
    flushMs: mayWait && random() < 0.3 ? 4_000 : 0,
    keys,
    budgets,
    calls,
    changes: [...makeChanges(random, { budgets, keys }), ...makeLooks(random)],
    misfortunes,
    fates: FATES,
    hit: null,
    aim: pick(random, [...CARRIED, null, null, null]) ?? null,
    isOperatorFar: random() < 0.3,
    sendsTogether: random() < 0.7,
  };
}

function makeCalls(random: Random, world: { workers: number; keys: number }): PlannedCall[] {
  const count = 5 + Math.floor(random() * 8);
  let atMs = 0;
  return Array.from({ length: count }, (_, number) => {
    atMs += pick(random, GAPS_MS) ?? 0;
    const troubled = random() < 0.3;
    return {
      number,
      atMs,
      slot: Math.floor(random() * world.workers),
      key: Math.floor(random() * world.keys),
      model: pick(random, MODELS) ?? MODELS[0],
      maxTokens: pick(random, OUTPUT_LIMITS) ?? 60,
      stream: random() < 0.25,
      customer: random() < 0.6 ? (pick(random, CUSTOMERS) ?? null) : null,
      tags: random() < 0.3 ? ["blue"] : [],
      answer: troubled ? (pick(random, ANSWERS) ?? "usage") : "usage",
      inputShare: random(),
      outputShare: random(),
      providerMs: pick(random, PROVIDER_MS) ?? 0,
      leavesAfterMs: random() < 0.1 ? (pick(random, LEAVING_MS) ?? 0) : null,
    };
  });
}

/** At most one great misfortune: a Worker's death and a loss of memory together may lose a call, and that is said openly. */
function makeMisfortunes(random: Random): Misfortunes {
  const leaps = Math.floor(random() * 4);
  const kind = random();
  const none = { messages: 0, crashes: 0, leaps, memory: null, outage: null };
  if (kind < 0.1) return none;
  if (kind < 0.5) return { ...none, messages: 10, crashes: Math.floor(random() * 3) };
  if (kind < 0.7) {
    return {
      ...none,
      messages: 3,
      crashes: Math.floor(random() * 2),
      outage: pick(random, ["redis", "postgres"]) ?? null,
    };
  }
  const memory = pick(random, MEMORY_FAULTS) ?? "emptied";
  return { ...none, messages: Math.floor(random() * 4), memory };
}
