// What brings back what Redis lost or never had: epochs, counters, policies.

import type { PolicyRef } from "../services.ts";
import { counterKey, epochKey, holdKey, holdsKey, metaKey, outboxKey, policyKey } from "./keys.ts";
import type { Sequence } from "./packed.ts";
import type { RunScript } from "./redis.ts";
import { integer, text } from "./reply.ts";
import { OPEN, PUT_POLICY, REBUILD } from "./scripts/recover.ts";

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
  watermark: Sequence;
  counters: { counter: string; periodStartMs: number; spent: number }[];
}

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
      const org = input.organizationId;
      const { reply } = await run({
        script: REBUILD,
        keys: [
          metaKey(org),
          outboxKey(org),
          ...input.counters.map(({ counter }) => counterKey(org, counter)),
        ],
        args: [
          input.epoch,
          input.watermark.epoch,
          input.watermark.n,
          ...input.counters.flatMap(({ counter, periodStartMs, spent }) => [counter, periodStartMs, spent]),
        ],
      });
      const kind = text(reply[0]);
      return kind === "cold" || kind === "again" ? kind : "ok";
    },

    /** Returns the document that stands afterwards: this one, or a newer. */
    async putPolicy(
      org: string,
      policy: PolicyRef,
      document: { version: number; json: string; endsAtMs: number },
    ): Promise<string> {
      const { reply } = await run({
        script: PUT_POLICY,
        keys: [policyKey(org, policy)],
        args: [document.version, document.json, document.endsAtMs],
      });
      return text(reply[0]);
    },
  };
}
