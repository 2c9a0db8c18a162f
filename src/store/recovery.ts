// What brings back what Redis lost or never had: epochs and counters.

import { counterKey, epochKey, holdKey, holdsKey, metaKey, outboxKey } from "./keys.ts";
import type { Watermark } from "./packed.ts";
import type { RunScript } from "./redis.ts";
import { integer, list, text, texts } from "./reply.ts";
import { OPEN, REBUILD, REFRESH } from "./scripts/recover.ts";

export interface OpenInput {
  organizationId: string;
  newEpoch: number;
  condemnedEpoch: number;
  suspicion?: { epoch: number; n: number; tag: string };
  lostHolds: string[];
}

export interface RebuildInput {
  organizationId: string;
  epoch: number;
  watermark: Watermark;
  counters: { counter: string; periodStartMs: number; spent: number }[];
}

export type RefreshReply =
  | { kind: "cold" | "again" }
  | { kind: "ok"; drift: { counter: string; periodStartMs: number; spent: number; due: number }[] };

export function recovery(run: RunScript) {
  return {
    /** Returns the epoch that is in force afterwards; 0: none, this one had its time before. */
    async open(input: OpenInput): Promise<number> {
      const org = input.organizationId;
      const { reply } = await run({
        script: OPEN,
        keys: [
          metaKey(org),
          outboxKey(org),
          holdsKey(org),
          epochKey(org),
          ...input.lostHolds.map((id) => holdKey(org, id)),
        ],
        args: [
          input.newEpoch,
          input.condemnedEpoch,
          input.suspicion?.epoch ?? "-",
          input.suspicion?.n ?? "-",
          input.suspicion?.tag ?? "-",
          ...input.lostHolds,
        ],
      });
      return integer(reply[1]);
    },

    async rebuild(input: RebuildInput): Promise<"cold" | "again" | "ok"> {
      const { reply } = await run({ script: REBUILD, ...snapshotCall(input) });
      const kind = text(reply[0]);
      return kind === "cold" || kind === "again" ? kind : "ok";
    },

    /** Compares counters with a snapshot, and repairs them if told to. `drift`: where Redis had another spend than is due. */
    async refresh(input: RebuildInput & { repair: boolean }): Promise<RefreshReply> {
      const { keys, args } = snapshotCall(input);
      const { reply } = await run({ script: REFRESH, keys, args: [...args, input.repair ? 1 : 0] });
      const kind = text(reply[0]);
      if (kind === "cold" || kind === "again") return { kind };
      const drift = list(reply[2]).flatMap((row) => {
        const [index, period, spent, due] = texts(row);
        const counter = input.counters[integer(index) - 1]?.counter;
        if (counter === undefined) return [];
        return [{ counter, periodStartMs: integer(period), spent: integer(spent), due: integer(due) }];
      });
      return { kind: "ok", drift };
    },
  };
}

function snapshotCall(input: RebuildInput) {
  const org = input.organizationId;
  return {
    keys: [metaKey(org), outboxKey(org), ...input.counters.map(({ counter }) => counterKey(org, counter))],
    args: [
      input.epoch,
      input.watermark.epoch,
      input.watermark.n,
      input.watermark.tag,
      input.watermark.entryCount,
      ...input.counters.flatMap(({ counter, periodStartMs, spent }) => [counter, periodStartMs, spent]),
    ],
  };
}
