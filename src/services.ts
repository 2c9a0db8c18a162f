import type { Config } from "./env.ts";
import type { ChargedBudget } from "./domain/charged-budgets.ts";
import type { Database } from "./ledger/database.ts";

// What the control plane asks of the stores. worker.ts makes one for each request from the parsed bindings.

/** A store can't be reached, or didn't answer in time. REST answers 503 `store_unavailable`. */
export class StoreUnavailable extends Error {
  override name = "StoreUnavailable";
  readonly store: "redis" | "postgres";
  constructor(store: "redis" | "postgres", cause?: unknown) {
    super(`${store} is unavailable`, { cause });
    this.store = store;
  }
}

/** For a report: what a store failed by, or any other error. */
export function causeOf(error: unknown): string {
  return String(error instanceof StoreUnavailable ? error.cause : error);
}

/** One budget now. Amounts are nano-USD or counts; times are milliseconds. `resetsAtMs` is null for `total`. */
export interface LiveBudget {
  /** The limit with the adjustments in force. */
  effectiveLimit: number;
  spent: number;
  held: number;
  periodStartMs: number;
  resetsAtMs: number | null;
}

export interface HoldView {
  id: string;
  requestId: string;
  keyId: string;
  state: "held" | "lapsed" | "settled" | "released";
  amountNanoUsd: number;
  leaseEndsAtMs: number;
  budgets: { id: string; amount: number; periodStartMs: number }[];
}

/** A counter whose spend isn't what the ledger and the outbox say, in nano-USD or counts. */
export interface Drift {
  counter: string;
  periodStartMs: number;
  redis: number;
  ledger: number;
}

export interface Reconciliation {
  /** Counters compared. */
  checked: number;
  drift: Drift[];
  repaired: number;
}

/** A policy document: a key's (by digest), or the budgets of a scope (`<kind>:<id>`). */
export interface PolicyRef {
  kind: "key" | "scope";
  id: string;
}

export interface Services {
  config: Config;
  database: Database;
  /** The clock, in milliseconds. */
  now(): number;
  waitUntil(promise: Promise<unknown>): void;
  /** Reads the document from Postgres and puts it into Redis: from then on no call uses an older one (law 10). Throws StoreUnavailable. */
  publishPolicy(organizationId: string, policy: PolicyRef): Promise<void>;
  /** Live state by counter; counters that Redis lacks are rebuilt, ended leases lapse first. Throws StoreUnavailable. */
  liveBudgets(
    organizationId: string,
    charged: Pick<ChargedBudget, "budget" | "counter">[],
  ): Promise<Map<string, LiveBudget>>;
  /** Lapses ended leases and drains the outbox, so that the ledger says what the counters say. Throws StoreUnavailable. */
  bringLedgerUpToDate(organizationId: string): Promise<void>;
  /** Holds that Redis has (in flight, and lapsed ones not yet swept), by lease end. `after`: the cursor of the page before. */
  listHolds(
    organizationId: string,
    page: { limit: number; after?: string },
  ): Promise<{ holds: HoldView[]; next: string | null }>;
  /** One hold, if Redis still has it. */
  findHold(organizationId: string, holdId: string): Promise<HoldView | null>;
  /** Takes a lapsed hold's charge back. `not_lapsed`: it is in flight, settled or released. Throws StoreUnavailable. */
  voidHold(organizationId: string, holdId: string): Promise<"voided" | "not_lapsed" | "not_found">;
  /** Takes back all that a counter's current period has spent, by an entry of kind `reset`. Throws StoreUnavailable. */
  resetBudget(organizationId: string, charged: Pick<ChargedBudget, "budget" | "counter">): Promise<void>;
  /** Adds to what a counter's period has spent what the ledger had before the budget. Throws StoreUnavailable. */
  openBalance(
    organizationId: string,
    opening: { counter: string; periodStartMs: number; amount: number },
  ): Promise<void>;
  /** Compares every live counter with the ledger and the outbox. Throws StoreUnavailable. */
  reconcile(organizationId: string, options: { repair: boolean }): Promise<Reconciliation>;
  /** What was counted of calls, by series. Throws StoreUnavailable. */
  readMetrics(): Promise<Map<string, number>>;
  /** What of an organization's books waits now. Throws StoreUnavailable. */
  readBacklog(
    organizationId: string,
  ): Promise<{ holds: number; outboxEntries: number; oldestEntryAtMs: number | null }>;
  /** Both stores with latencies in milliseconds, for /readyz. */
  probe(): Promise<{ redis: { ok: boolean; ms: number }; postgres: { ok: boolean; ms: number } }>;
}
