// Plain reads: what the stores show without changing anything.

import { counterKey, holdKey, holdsKey, metaKey } from "./keys.ts";
import { parseCounter, parseHold, parseMeta, type Counter, type Hold, type Meta } from "./packed.ts";
import type { RunCommand } from "./redis.ts";
import { list, text, texts } from "./reply.ts";
import { ENDED_BATCH } from "./scripts/reserve.ts";

export function reads(read: RunCommand) {
  return {
    /** Holds whose lease has ended, the longest ended first, at most ENDED_BATCH. */
    async endedHolds(org: string, nowMs: number): Promise<string[]> {
      return texts(await read(["ZRANGEBYSCORE", holdsKey(org), "-inf", nowMs, "LIMIT", 0, ENDED_BATCH]));
    },

    /** Ids of holds by lease end, from `offset` on. */
    async holdIds(org: string, offset: number, limit: number): Promise<string[]> {
      return texts(await read(["ZRANGE", holdsKey(org), offset, offset + limit - 1]));
    },

    /** The holds of these ids; null where Redis has none. */
    async readHolds(org: string, ids: string[]): Promise<(Hold | null)[]> {
      if (ids.length === 0) return [];
      const values = list(await read(["MGET", ...ids.map((id) => holdKey(org, id))]));
      return values.map((value) => (value === null ? null : parseHold(text(value))));
    },

    /** The meta value and counters, read in one step; null where Redis has none. */
    async readCounters(
      org: string,
      counters: string[],
    ): Promise<{ meta: Meta | null; counters: (Counter | null)[] }> {
      const [meta, ...values] = list(
        await read(["MGET", metaKey(org), ...counters.map((counter) => counterKey(org, counter))]),
      );
      return {
        meta: typeof meta === "string" ? parseMeta(meta) : null,
        counters: values.map((value) => (value === null ? null : parseCounter(text(value)))),
      };
    },

    async ping(): Promise<void> {
      await read(["PING"]);
    },
  };
}
