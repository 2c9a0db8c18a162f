import { eq } from "drizzle-orm";
import type { Database } from "../../src/ledger/database.ts";
import { ledgerEntries } from "../../src/ledger/books-schema.ts";

// What a report must say, from every single entry of the ledger and no other table.

const NANO = 1_000_000_000n;
const MOST_TOKENS = 1_000_000_000_000;
const encoder = new TextEncoder();

export interface Asked {
  groups: readonly string[];
  filters: Partial<Record<"key" | "team" | "user" | "customer" | "tag" | "model" | "provider", string>>;
  fromMs: number;
  toMs: number | null;
  order: "group" | "cost";
}

export type Entry = typeof ledgerEntries.$inferSelect;
interface Sums {
  values: (string | null)[];
  requests: number;
  input: number;
  output: number;
  cost: bigint;
}

export function entriesOfOrganization(database: Database, org: string): Promise<Entry[]> {
  return database.select().from(ledgerEntries).where(eq(ledgerEntries.organizationId, org));
}

export function expectedRows(entries: readonly Entry[], asked: Asked): Record<string, unknown>[] {
  const sums = new Map<string, Sums>();
  if (asked.groups.length === 0) sums.set("[]", nothing([]));
  for (const entry of entries.filter((entry) => isAsked(entry, asked))) {
    for (const values of placesOf(entry, asked.groups)) {
      const name = JSON.stringify(values);
      const sum = sums.get(name) ?? nothing(values);
      sums.set(name, sum);
      sum.requests += entry.kind === "settled" || entry.kind === "lapsed" ? 1 : 0;
      sum.input += tokensOf(entry.usage?.input_total);
      sum.output += tokensOf(entry.usage?.output_total);
      sum.cost += BigInt(entry.amount);
    }
  }
  return [...sums.values()].toSorted(inOrder(asked)).map(({ values, requests, input, output, cost }) =>
    Object.assign(Object.fromEntries(asked.groups.map((group, i) => [group, values[i]])), {
      requests,
      input_tokens: input,
      output_tokens: output,
      cost: usdOf(cost),
    }),
  );
}

const nothing = (values: (string | null)[]): Sums => ({ values, requests: 0, input: 0, output: 0, cost: 0n });

function isAsked(entry: Entry, { filters, fromMs, toMs }: Asked): boolean {
  const atMs = entry.at.getTime();
  if (entry.kind === "reset" || atMs < fromMs || (toMs !== null && atMs >= toMs)) return false;
  return Object.entries(filters).every(([name, wanted]) => valuesOf(entry, name).includes(wanted));
}

/** One for each of its tags, where tags are asked for. */
function placesOf(entry: Entry, groups: readonly string[]): (string | null)[][] {
  let places: (string | null)[][] = [[]];
  for (const group of groups) {
    places = places.flatMap((place) => valuesOf(entry, group).map((value) => place.concat(value)));
  }
  return places;
}

function valuesOf(entry: Entry, group: string): (string | null)[] {
  if (group === "tag") return entry.tags.length === 0 ? [null] : entry.tags;
  const values: Record<string, string | null> = {
    day: entry.at.toISOString().slice(0, 10),
    model: entry.model,
    provider: entry.provider,
    key: entry.keyId,
    team: entry.teamId,
    user: entry.userId,
    customer: entry.customer,
  };
  return [values[group] ?? null];
}

function tokensOf(count: unknown): number {
  return typeof count === "number" ? Math.min(Math.max(Math.trunc(count), 0), MOST_TOKENS) : 0;
}

function inOrder({ groups, order }: Asked): (a: Sums, b: Sums) => number {
  const first = groups.indexOf("day");
  const others = groups.map((_, i) => i).filter((i) => i !== first);
  return (a, b) => {
    if (order === "cost" && a.cost !== b.cost) return a.cost > b.cost ? -1 : 1;
    const latest = first < 0 ? 0 : -compare(a.values[first] ?? null, b.values[first] ?? null);
    return others.reduce((so, i) => so || compare(a.values[i] ?? null, b.values[i] ?? null), latest);
  };
}

/** Byte by byte; null last. */
function compare(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const [one, other] = [encoder.encode(a), encoder.encode(b)];
  const differs = one.findIndex((byte, i) => byte !== other[i]);
  if (differs < 0) return one.length - other.length;
  return (one[differs] ?? 0) - (other[differs] ?? -1);
}

function usdOf(nano: bigint): string {
  const magnitude = nano < 0n ? -nano : nano;
  const places = String(magnitude % NANO)
    .padStart(9, "0")
    .replace(/0{1,7}$/, "");
  return `${nano < 0n ? "-" : ""}${magnitude / NANO}.${places}`;
}
