import { counterKey, holdKey, holdsKey, metaKey, outboxKey } from "../../src/store/keys.ts";
import {
  parseCounter,
  parseEntry,
  parseHold,
  parseMeta,
  type Counter,
  type Entry,
  type Hold,
  type Meta,
} from "../../src/store/packed.ts";
import type { MemoryLedger } from "./memory-ledger.ts";
import type { RedisSide } from "./redis-side.ts";
import { ORGANIZATION } from "./scenario.ts";

// Both stores at one moment, as an omniscient reader sees them.

export interface View {
  meta: Meta | null;
  holds: Map<string, Hold>;
  counters: Map<string, Counter>;
  outbox: Entry[];
  /** Ids in the sorted set of lease ends. */
  leases: string[];
}

export async function takeView(
  redis: RedisSide,
  known: { holds: Iterable<string>; counters: Iterable<string> },
): Promise<View> {
  const [holds, counters] = [[...known.holds], [...known.counters]];
  const keys = [
    metaKey(ORGANIZATION),
    ...holds.map((id) => holdKey(ORGANIZATION, id)),
    ...counters.map((name) => counterKey(ORGANIZATION, name)),
  ];
  const values = (await redis.look("MGET", ...keys)) as (string | null)[];
  const [meta = null, ...rest] = values;
  return {
    meta: meta === null ? null : parseMeta(meta),
    holds: parsed(holds, rest, parseHold),
    counters: parsed(counters, rest.slice(holds.length), parseCounter),
    outbox: ((await redis.look("LRANGE", outboxKey(ORGANIZATION), 0, -1)) as string[]).map(parseEntry),
    leases: (await redis.look("ZRANGE", holdsKey(ORGANIZATION), 0, -1)) as string[],
  };
}

function parsed<T>(names: string[], values: (string | null)[], parse: (value: string) => T): Map<string, T> {
  const found = new Map<string, T>();
  for (const [i, name] of names.entries()) {
    const value = values[i] ?? null;
    if (value !== null) found.set(name, parse(value));
  }
  return found;
}

export interface Place {
  counter: string;
  periodStartMs: number;
}

/** What has been spent: all that the ledger has, and what the outbox has beyond it. */
export function trueSpent(view: View, ledger: MemoryLedger, { counter, periodStartMs }: Place): number {
  const isHere = (line: Place) => line.counter === counter && line.periodStartMs === periodStartMs;
  let sum = 0;
  const booked = new Set<string>();
  for (const row of ledger.rows()) {
    booked.add(row.id);
    for (const line of row.lines) if (isHere(line)) sum += line.amount;
  }
  for (const entry of view.outbox) {
    if (booked.has(entry.id)) continue;
    booked.add(entry.id);
    for (const line of entry.lines) if (isHere(line)) sum += line.delta;
  }
  return sum;
}

/** What is held, by the holds themselves. `counts`: which of them. */
export function trueHeld(
  view: View,
  { counter, periodStartMs }: Place,
  counts: (hold: Hold, onLapse: "c" | "r") => boolean = () => true,
): number {
  let sum = 0;
  for (const hold of view.holds.values()) {
    if (hold.state !== "h") continue;
    for (const line of hold.lines) {
      const here = line.counter === counter && line.periodStartMs === periodStartMs;
      if (here && counts(hold, line.onLapse)) sum += line.amount;
    }
  }
  return sum;
}
