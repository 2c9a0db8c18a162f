import type { Counter, Entry, Hold, Meta, Sequence } from "../../store/packed.ts";

// What Redis holds of one organization, as plain data. Pure.

export interface Books {
  meta: Meta | null;
  /** The last epoch begun, 0 for none; in a place of its own, as `meta` may be lost alone. */
  begunEpoch: number;
  counters: Record<string, Counter>;
  holds: Record<string, Hold>;
  /** Each hold's lease end in milliseconds, in a place of its own: Redis may lose the one and keep the other. */
  leases: Record<string, number>;
  outbox: Entry[];
  /** When each counter of a wildcard's instance is looked at, in milliseconds, by its member of the list. */
  instances: Record<string, number>;
  /** The number of the last claim of a policy. */
  claims: number;
  policies: Record<string, StandingPolicy>;
}

/** What stands at a policy's key: the document, or word that somebody reads it in Postgres. */
export type StandingPolicy = PolicyDocument | { claim: string };

export interface PolicyDocument {
  epoch: number;
  version: number;
  json: string;
  endsAtMs: number;
}

/** What a step leaves behind, and what it answers. */
export interface Step<Reply> {
  books: Books;
  reply: Reply;
}

export function emptyBooks(): Books {
  return {
    meta: null,
    begunEpoch: 0,
    counters: {},
    holds: {},
    leases: {},
    outbox: [],
    instances: {},
    claims: 0,
    policies: {},
  };
}

/** A step that changes nothing. */
export function unchanged<Reply>(books: Books, reply: Reply): Step<Reply> {
  return { books, reply };
}

/** Books to change: nothing in them is shared with the ones given. */
export function copyOf(books: Books): Books {
  return structuredClone(books);
}

/** A counter of this epoch. One that isn't there, or is of another epoch, is missing, and never zero (law 9). */
export function counterIn(books: Books, name: string): Counter | null {
  const counter = books.counters[name];
  return counter && counter.epoch === books.meta?.epoch ? counter : null;
}

/** A period begins when the first to see it comes by; it never goes back (law 7). */
export function advance(counter: Counter, periodStartMs: number): void {
  if (periodStartMs <= counter.periodStartMs) return;
  counter.periodStartMs = periodStartMs;
  counter.spent = 0;
  counter.held = 0;
}

/** Whether a counter's `held` includes what this hold set aside: it does where it is older than the hold. */
export function includesHold(counter: Counter, hold: Hold): boolean {
  return counter.epoch === hold.epoch && counter.born <= hold.births;
}

/** Ids of holds whose lease has ended, the longest ended first. */
export function endedLeases(books: Books, nowMs: number): string[] {
  return Object.entries(books.leases)
    .filter(([, endMs]) => endMs <= nowMs)
    .sort(([idA, endA], [idB, endB]) => endA - endB || (idA < idB ? -1 : 1))
    .map(([id]) => id);
}

/** True where `a` comes after `b`. */
export function isLater(a: Sequence, b: Sequence): boolean {
  return a.epoch === b.epoch ? a.n > b.n : a.epoch > b.epoch;
}

/** The last entry that was removed from the outbox. */
export function trimmedOf(meta: Meta): Sequence {
  return { epoch: meta.trimEpoch, n: meta.trimN };
}
