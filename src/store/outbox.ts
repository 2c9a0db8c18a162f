// The outbox: what a drain reads, and what it removes.

import { holdKey, metaKey, outboxKey } from "./keys.ts";
import type { HoldState, Sequence } from "./packed.ts";
import type { RunScript } from "./redis.ts";
import { integer, list, text, texts } from "./reply.ts";
import { DRAIN, TRIM } from "./scripts/drain.ts";
import { DRAIN_LEASE_MS } from "./scripts/head.ts";

/** The outbox's head, and the meta value that it was read with. */
export interface OutboxHead {
  epoch: number;
  tag: string;
  out: number;
  length: number;
  entries: string[];
  /** Until when the reader has the drain, in milliseconds: what its trim gives back. */
  drainUntilMs: number;
}

/** An entry that a caller waits for. `state`: what its hold became with it. */
export interface AwaitedEntry {
  holdId: string;
  sequence: Sequence;
  state: HoldState;
}

const NOTHING_AWAITED: AwaitedEntry = { holdId: "-", sequence: { epoch: 0, n: 0 }, state: "s" };

export type DrainReply = { kind: "cold" | "done" | "busy" } | { kind: "head"; head: OutboxHead };

export interface TrimInput {
  tags: string[];
  /** How many entries the ledger had with these. */
  entryCount: number;
  drainUntilMs?: number;
}

export function outbox(run: RunScript) {
  return {
    /** `awaited`: the entry that the caller waits for, of this hold. */
    async drain(
      org: string,
      options: { nowMs: number; force: boolean; awaited?: AwaitedEntry },
    ): Promise<DrainReply> {
      const { holdId, sequence, state } = options.awaited ?? NOTHING_AWAITED;
      const { reply } = await run({
        script: DRAIN,
        keys: [metaKey(org), outboxKey(org), holdKey(org, holdId)],
        args: [options.nowMs, options.force ? 1 : 0, sequence.epoch, sequence.n, state],
      });
      const kind = text(reply[0]);
      if (kind === "cold" || kind === "done" || kind === "busy") return { kind };
      return { kind: "head", head: readHead(list(reply[1]), options.nowMs) };
    },

    /** Removes booked entries and frees the drain: that of `drainUntilMs` if it is given, else whosever it is. */
    async trim(
      org: string,
      { tags, entryCount, drainUntilMs }: TrimInput,
    ): Promise<{ removed: number; left: number }> {
      const { reply } = await run({
        script: TRIM,
        keys: [metaKey(org), outboxKey(org)],
        args: [drainUntilMs ?? "-", entryCount, ...tags],
      });
      if (text(reply[0]) === "cold") return { removed: 0, left: 0 };
      return { removed: integer(reply[1]), left: integer(reply[2]) };
    },
  };
}

/** `nowMs`: with which the drain was taken. */
export function readHead(head: unknown[], nowMs: number): OutboxHead {
  return {
    epoch: integer(head[0]),
    tag: text(head[1]),
    out: integer(head[2]),
    length: integer(head[3]),
    entries: texts(head[4]),
    drainUntilMs: nowMs + DRAIN_LEASE_MS,
  };
}
