// The lapse of holds whose lease has ended.

import { counterKey, holdKey, holdsKey, metaKey, outboxKey } from "./keys.ts";
import type { RunScript } from "./redis.ts";
import { integer, text, texts } from "./reply.ts";
import { LAPSE } from "./scripts/lapse.ts";

export interface LapseInput {
  organizationId: string;
  nowMs: number;
  leaseMs: number;
  nonce: string;
  /** The epoch in which Postgres was asked about them; 0 where it wasn't. */
  askedEpoch: number;
  holds: { id: string; hasEntries?: boolean }[];
  counters: string[];
}

export type LapseReply =
  | { kind: "cold" }
  | {
      kind: "ok";
      epoch: number;
      metaNowMs: number;
      lapsed: number;
      swept: number;
      unknown: string[];
      lost: string[];
    };

export function lapses(run: RunScript) {
  return {
    async lapse(input: LapseInput): Promise<LapseReply> {
      const org = input.organizationId;
      const { reply } = await run({
        script: LAPSE,
        keys: [
          metaKey(org),
          outboxKey(org),
          holdsKey(org),
          ...input.holds.map(({ id }) => holdKey(org, id)),
          ...input.counters.map((counter) => counterKey(org, counter)),
        ],
        args: [
          input.nowMs,
          input.leaseMs,
          input.nonce,
          input.askedEpoch,
          input.holds.length,
          input.counters.length,
          ...input.holds.map(({ id }) => id),
          ...input.holds.map(({ hasEntries }) => (hasEntries === undefined ? "-" : hasEntries ? 1 : 0)),
          ...input.counters,
        ],
      });
      if (text(reply[0]) === "cold") return { kind: "cold" };
      return {
        kind: "ok",
        epoch: integer(reply[1]),
        metaNowMs: integer(reply[2]),
        lapsed: integer(reply[3]),
        swept: integer(reply[4]),
        unknown: texts(reply[5]),
        lost: texts(reply[6]),
      };
    },
  };
}
