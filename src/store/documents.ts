// Policy documents in Redis: who brings one from Postgres claims it first.

import type { PolicyRef } from "../services.ts";
import { claimsKey, metaKey, policyKey } from "./keys.ts";
import type { RunScript } from "./redis.ts";
import { integer, text } from "./reply.ts";
import { CLAIM_POLICY, PUT_POLICY } from "./scripts/policies.ts";

/** `claim`: what the put shows; null where a document stands, which the put may replace. */
export type ClaimReply =
  | { kind: "cold" }
  | { kind: "stands"; epoch: number; document: string; claim: null }
  | { kind: "claimed"; epoch: number; claim: string };

export interface PutInput {
  /** As the claim's reply said. */
  epoch: number;
  claim: string | null;
  version: number;
  json: string;
  endsAtMs: number;
}

/** `stands`: the document that stands afterwards, this one or a newer. `again`: it may be older than an answered change. */
export type PutReply = { kind: "again" } | { kind: "stands"; document: string };

export function documents(run: RunScript) {
  return {
    async claimPolicy(org: string, policy: PolicyRef, nonce: string): Promise<ClaimReply> {
      const { reply } = await run({
        script: CLAIM_POLICY,
        keys: [metaKey(org), policyKey(org, policy), claimsKey(org)],
        args: [nonce],
      });
      const kind = text(reply[0]);
      if (kind === "cold") return { kind };
      const [epoch, value] = [integer(reply[1]), text(reply[2])];
      return kind === "stands"
        ? { kind, epoch, document: value, claim: null }
        : { kind: "claimed", epoch, claim: value };
    },

    async putPolicy(org: string, policy: PolicyRef, put: PutInput): Promise<PutReply> {
      const { reply } = await run({
        script: PUT_POLICY,
        keys: [metaKey(org), policyKey(org, policy)],
        args: [put.epoch, put.version, put.json, put.endsAtMs, put.claim ?? "-"],
      });
      return text(reply[0]) === "again" ? { kind: "again" } : { kind: "stands", document: text(reply[1]) };
    },
  };
}
