// The keys, with their types and expiry. Time stands still while a command, a script or a transaction
// runs: `nowMs` is set before each.

import type { SortedSet } from "./sorted-set.ts";
import { CommandError } from "./value.ts";

export type Contents = {
  string: string;
  hash: Map<string, string>;
  list: string[];
  zset: SortedSet;
};
export type Kind = keyof Contents;
type Stored = { [K in Kind]: { kind: K; content: Contents[K] } }[Kind];
export type Entry = Stored & {
  expiresAtMs: number | null;
  /** Grows from one new key to the next, in the order of `entries`: what SCAN's cursor counts. */
  serial: number;
};

export type Database = {
  entries: Map<string, Entry>;
  nowMs: number;
  nextSerial: number;
  /** What was written since the last flush, as commands that repeat it at any later time. */
  written: string[][];
};

export function createDatabase(): Database {
  return { entries: new Map(), nowMs: 0, nextSerial: 1, written: [] };
}

/** The entry, unless it has expired; then it is removed, and the removal written down. */
export function lookUp(db: Database, key: string): Entry | undefined {
  const entry = db.entries.get(key);
  if (entry === undefined || entry.expiresAtMs === null || entry.expiresAtMs > db.nowMs) return entry;
  expire(db, key);
  return undefined;
}

export function expire(db: Database, key: string): void {
  db.entries.delete(key);
  // A replay knows no time, so it needs to be told.
  db.written.push(["DEL", key]);
}

export function expireAll(db: Database): void {
  for (const key of db.entries.keys()) lookUp(db, key);
}

export function read<K extends Kind>(db: Database, key: string, kind: K): Contents[K] | undefined {
  const entry = lookUp(db, key);
  if (entry === undefined) return undefined;
  if (entry.kind !== kind) {
    throw new CommandError("WRONGTYPE Operation against a key holding the wrong kind of value");
  }
  // The kinds are equal, which TypeScript can't carry over to the content.
  return entry.content as Contents[K];
}

export function readOrCreate<K extends Exclude<Kind, "string">>(
  db: Database,
  key: string,
  kind: K,
  create: () => Contents[K],
): Contents[K] {
  const existing = read(db, key, kind);
  if (existing !== undefined) return existing;
  const content = create();
  db.entries.set(key, { kind, content, expiresAtMs: null, serial: db.nextSerial++ } as Entry);
  return content;
}

export function writeString(db: Database, key: string, text: string, expiresAtMs: number | null): void {
  const serial = db.entries.get(key)?.serial ?? db.nextSerial++;
  db.entries.set(key, { kind: "string", content: text, expiresAtMs, serial });
}

/** A hash, list or sorted set without members doesn't exist. */
export function removeIfEmpty(db: Database, key: string, size: number): void {
  if (size === 0) db.entries.delete(key);
}
