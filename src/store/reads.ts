// Plain reads: what the stores show without changing anything.

import { counterKey, holdKey, holdsKey, metaKey } from "./keys.ts";
import { parseCounter, parseHold, parseMeta, type Counter, type Hold, type Meta } from "./packed.ts";
import type { RunCommand } from "./redis.ts";
import { list, text, texts } from "./reply.ts";
import { ENDED_BATCH } from "./scripts/reserve.ts";

const HOLD_BATCH = 256;
/** So many holds' leases would have to end in one millisecond for a page to lack one. */
const MAX_HOLD_BATCHES = 40;

/** Where a hold stands in the list of holds. */
export interface HoldPlace {
  id: string;
  leaseEndMs: number;
}

export function reads(read: RunCommand) {
  return {
    /** Holds whose lease has ended, the longest ended first, at most ENDED_BATCH. */
    async endedHolds(org: string, nowMs: number): Promise<string[]> {
      return texts(await read(["ZRANGEBYSCORE", holdsKey(org), "-inf", nowMs, "LIMIT", 0, ENDED_BATCH]));
    },

    /** Holds by lease end, then id, behind a place that need not be taken any more: holds come and go while others list them. */
    async holdsAfter(org: string, after: HoldPlace | null, limit: number): Promise<HoldPlace[]> {
      const found: HoldPlace[] = [];
      const from = after?.leaseEndMs ?? "-inf";
      for (let batches = 0; batches < MAX_HOLD_BATCHES && found.length < limit; batches++) {
        const page = ["WITHSCORES", "LIMIT", batches * HOLD_BATCH, HOLD_BATCH];
        const batch = placesOf(texts(await read(["ZRANGEBYSCORE", holdsKey(org), from, "+inf", ...page])));
        found.push(...batch.filter((place) => !after || isBehind(place, after)));
        if (batch.length < HOLD_BATCH) break;
      }
      return found.slice(0, limit);
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

/** A reply of ids, each followed by its score. */
function placesOf(reply: string[]): HoldPlace[] {
  return reply.flatMap((id, i) => (i % 2 === 0 ? [{ id, leaseEndMs: Number(reply[i + 1]) }] : []));
}

function isBehind(place: HoldPlace, { id, leaseEndMs }: HoldPlace): boolean {
  return place.leaseEndMs > leaseEndMs || (place.leaseEndMs === leaseEndMs && place.id > id);
}
