import type { Config } from "../env.ts";
import type { Books } from "../ledger/books.ts";
import type { CallRecord } from "../observe/call-record.ts";
import type { PolicyRef } from "../services.ts";

/** What the way of a request needs from outside. */
export interface GateDeps {
  config: Config;
  books: Books;
  /** A policy document that Redis has, or else Postgres, brought to Redis. Throws StoreUnavailable. */
  fetchPolicy: (org: string, policy: PolicyRef) => Promise<string>;
  fetch: typeof fetch;
  newId: (prefix: "req") => string;
  /** Told of each call once it is over. */
  record: (call: CallRecord) => void;
  waitUntil: (promise: Promise<unknown>) => void;
}
