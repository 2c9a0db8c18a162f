import type { OwnCredential } from "../providers/own-credential.ts";
import type { Drainer } from "./drainers.ts";
import type { KeyPolicy, ScopePolicy } from "../domain/policy.ts";

// What an isolate remembers between requests. Any of it may be old: the scripts compare it with what Redis has.

/** One call's work that others wait for. */
export interface Turn {
  endsAtMs: number;
  state: "under way" | "done" | "failed";
}

export interface IsolateMemory {
  /** Policy documents, by their key in Redis. */
  policies: Map<string, { version: number; policy: KeyPolicy | null | ScopePolicy }>;
  /** The last epoch seen of each organization. */
  epochs: Map<string, number>;
  /** Work under way that is done by one call at a time, by its name. */
  turns: Map<string, Turn>;
  /** When this isolate last drained an organization's outbox on the way of a settle, in milliseconds. */
  drainedAtMs: Map<string, number>;
  /** The calls that drain an organization's outbox for the isolate's others: mostly one, or one more that finishes. */
  drainers: Map<string, Drainer[]>;
  /** Ids of entries that this isolate saw booked: they are in Postgres, whatever becomes of Redis. */
  bookedEntries: Set<string>;
  /** When this isolate last looked for stranded settles behind a refusal, in milliseconds. */
  replayedAtMs: Map<string, number>;
  /** When an organization's next delivery of an alert is due, as far as this isolate knows, in milliseconds. */
  alertsDueAtMs: Map<string, number>;
  /** Occasions of alerts that this isolate has raised: see `raiseOnce`. */
  raised: Set<string>;
  /** How many more alerts it raises of a budget or key, and until when, in milliseconds. */
  raises: Map<string, { endsAtMs: number; left: number }>;
  /** Opened credentials, by what they were opened from. A document that no longer has one doesn't lead to it. */
  credentials: Map<string, OwnCredential>;
}

export function createMemory(): IsolateMemory {
  return {
    policies: new Map(),
    epochs: new Map(),
    turns: new Map(),
    drainedAtMs: new Map(),
    drainers: new Map(),
    bookedEntries: new Set(),
    replayedAtMs: new Map(),
    alertsDueAtMs: new Map(),
    raised: new Set(),
    raises: new Map(),
    credentials: new Map(),
  };
}
