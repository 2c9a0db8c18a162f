import type { CallRecord } from "./call-record.ts";
import { logLine } from "./call-record.ts";
import { countCall, countEvent } from "./count.ts";
import { add, addLatency, type Counts } from "./series.ts";

// What an isolate tells those who run the gate: a line for each call, and counts that it sends to Redis once in a while.
// Nothing here can fail a call, and no call waits for it.

export interface Observer {
  record(call: CallRecord, waitUntil: (promise: Promise<unknown>) => void): void;
  event(event: string, details: Record<string, unknown>): void;
  latency(store: "redis" | "postgres", milliseconds: number): void;
  /** Sends what this isolate has counted; never fails. */
  flush(): Promise<void>;
}

/** After an isolate's first call: a new deployment shows in /metrics soon. */
const FIRST_FLUSH_MS = 5_000;

interface Options {
  /** Null: calls aren't logged. */
  log: ((line: string) => void) | null;
  now: () => number;
  /** How long counts may stay in memory. An isolate that ends takes those along. */
  flushMs: number;
  send: (counts: [series: string, amount: number][]) => Promise<void>;
  /** Series that one `send` takes. */
  batch: number;
}

export function createObserver({ log, now, flushMs, send, batch }: Options): Observer {
  let counts: Counts = new Map();
  let flushedAtMs: number | undefined;

  async function flush(): Promise<void> {
    const taken = [...counts];
    counts = new Map();
    for (let from = 0; from < taken.length; from += batch) {
      const part = taken.slice(from, from + batch);
      try {
        await send(part);
      } catch {
        // Redis is away: that is in its own reports, and the counts wait for the next flush.
        for (const [series, amount] of part) add(counts, series, amount);
      }
    }
  }

  return {
    record(call, waitUntil) {
      log?.(logLine(call));
      countCall(counts, call);
      flushedAtMs ??= now() - Math.max(0, flushMs - FIRST_FLUSH_MS);
      if (now() - flushedAtMs < flushMs) return;
      flushedAtMs = now();
      waitUntil(flush());
    },
    event: (event, details) => countEvent(counts, event, details),
    latency: (store, milliseconds) => addLatency(counts, store, milliseconds),
    flush,
  };
}
