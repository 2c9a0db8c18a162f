// Counts of calls, of all organizations in one hash, and what of an organization's books shows how they do.

import { holdsKey, METRICS_KEY, outboxKey } from "./keys.ts";
import { parseEntry } from "./packed.ts";
import { createReader, createScriptRunner, type RunCommand, type Sleep } from "./redis.ts";
import { integer, texts } from "./reply.ts";
import { ADD_METRICS } from "./scripts/metrics.ts";

/** Series in one script: Lua's `unpack` takes some thousands of values. */
export const METRICS_BATCH = 500;

export type MetricsStore = ReturnType<typeof createMetricsStore>;

/** Every function throws StoreUnavailable where Redis doesn't answer. */
export function createMetricsStore(command: RunCommand, sleep: Sleep) {
  const run = createScriptRunner(command, sleep);
  const read = createReader(command, sleep);
  return {
    /** At most METRICS_BATCH. Sent again after a lost reply it counts twice, which no money rests on. */
    async addMetrics(counts: [series: string, amount: number][]): Promise<void> {
      await run({ script: ADD_METRICS, keys: [METRICS_KEY], args: counts.flat() });
    },

    async readMetrics(): Promise<Map<string, number>> {
      const flat = texts(await read(["HGETALL", METRICS_KEY]));
      const counts = new Map<string, number>();
      for (let i = 0; i < flat.length; i += 2) counts.set(flat[i] ?? "", Number(flat[i + 1]));
      return counts;
    },

    /** How many holds there are, how many entries wait for Postgres, and since when the oldest of them. */
    async readBacklog(
      org: string,
    ): Promise<{ holds: number; outboxEntries: number; oldestEntryAtMs: number | null }> {
      const [holds, outboxEntries, oldest] = await Promise.all([
        read(["ZCARD", holdsKey(org)]),
        read(["LLEN", outboxKey(org)]),
        read(["LINDEX", outboxKey(org), 0]),
      ]);
      const oldestEntryAtMs = typeof oldest === "string" ? parseEntry(oldest).atMs : null;
      return { holds: integer(holds), outboxEntries: integer(outboxEntries), oldestEntryAtMs };
    },
  };
}
