// Changes of a counter's spend that no call made.

import { counterKey, holdKey, holdsKey, metaKey, outboxKey } from "./keys.ts";
import type { RunScript } from "./redis.ts";
import { integer, text } from "./reply.ts";
import { BALANCE } from "./scripts/balance.ts";
import { readSettle, type SettleReply } from "./settlement.ts";

export interface BalanceInput {
  organizationId: string;
  /** Of this change; a change has one outcome, as a hold has. */
  id: string;
  nowMs: number;
  leaseMs: number;
  nonce: string;
  facts: string;
  /** Whether Postgres has its entry, asked in this epoch at this meta time; absent where it wasn't asked. */
  asked?: { hasEntry: boolean; epoch: number; metaNowMs: number };
  drain: boolean;
  counter: string;
  periodStartMs: number;
  /** What to add to the spend, or all of it to be taken back. */
  amount: number | "reset";
}

export type BalanceReply =
  | Extract<SettleReply, { kind: "cold" | "lost" | "unknown" | "ok" }>
  | { kind: "missing"; epoch: number };

export function balances(run: RunScript) {
  return {
    /** Resets a counter's spend, or gives it an opening balance. */
    async balance(input: BalanceInput): Promise<BalanceReply> {
      const org = input.organizationId;
      const { asked } = input;
      const { reply } = await run({
        script: BALANCE,
        keys: [
          metaKey(org),
          holdKey(org, input.id),
          outboxKey(org),
          holdsKey(org),
          counterKey(org, input.counter),
        ],
        args: [
          input.id,
          input.nowMs,
          input.leaseMs,
          input.nonce,
          input.facts,
          asked ? Number(asked.hasEntry) : "-",
          asked?.epoch ?? 0,
          asked?.metaNowMs ?? 0,
          input.drain ? 1 : 0,
          input.counter,
          input.periodStartMs,
          input.amount,
        ],
      });
      if (text(reply[0]) === "missing") return { kind: "missing", epoch: integer(reply[1]) };
      return readSettle(reply, input.nowMs) as BalanceReply; // The script has no not_lapsed.
    },
  };
}
