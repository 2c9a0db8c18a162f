import type { IsolateMemory } from "../store/memory.ts";
import type { Store } from "../store/store.ts";
import type { After, Sleep } from "../store/redis.ts";
import type { Ledger } from "./ledger.ts";

/** What every step of the books needs: both stores, and what must be an argument to be repeatable. */
export interface Books {
  store: Store;
  ledger: Ledger;
  memory: IsolateMemory;
  /** The clock, in milliseconds. */
  now: () => number;
  sleep: Sleep;
  after: After;
  /** A text never made before, of [0-9a-z]: tells apart what was sent before and after a loss of memory. */
  nonce: () => string;
  leaseMs: number;
  /** How long settled entries may wait for Postgres, in milliseconds; 0: each settle drains. */
  flushMs: number;
  /** Something an operator should see. Never holds a secret. */
  report: (event: string, details: Record<string, unknown>) => void;
}
