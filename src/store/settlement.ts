// Settle, release, void, and renew.

import { counterKey, holdKey, holdsKey, metaKey, outboxKey } from "./keys.ts";
import { readHead, type OutboxHead } from "./outbox.ts";
import type { HoldState, Sequence } from "./packed.ts";
import type { RunScript } from "./redis.ts";
import { integer, list, sequenceOf, text } from "./reply.ts";
import { RENEW } from "./scripts/renew.ts";
import { SETTLE } from "./scripts/settle.ts";

export interface SettleInput {
  mode: "settle" | "release" | "void";
  organizationId: string;
  holdId: string;
  nowMs: number;
  leaseMs: number;
  /** Made anew for each send of the caller's, not for the runner's retries. */
  nonce: string;
  amountNanoUsd: number;
  facts: string;
  /** What Postgres has booked for the hold, asked in this epoch at this meta time; absent where it wasn't asked. */
  booked?: { amountNanoUsd: number; epoch: number; metaNowMs: number };
  drain: boolean;
  lines: { counter: string; periodStartMs: number; actual: number; booked: number }[];
}

/** How a hold ends, whenever it is sent. */
export interface Closing {
  mode: SettleInput["mode"];
  holdId: string;
  /** What the call cost, in nano-USD; 0 for release and void. */
  amountNanoUsd: number;
  lines: { counter: string; periodStartMs: number; actual: number }[];
  /** JSON of the entry's facts; its keys are columns of ledger_entries. */
  facts: string;
}

export type SettleReply =
  | { kind: "cold" }
  | { kind: "lost"; epoch: number }
  | { kind: "unknown"; epoch: number; metaNowMs: number }
  | { kind: "not_lapsed"; state: HoldState }
  | { kind: "ok"; state: HoldState; sequence: Sequence; head: OutboxHead | null };

export function settlement(run: RunScript) {
  return {
    async settle(input: SettleInput): Promise<SettleReply> {
      const org = input.organizationId;
      const { reply } = await run({
        script: SETTLE,
        together: true,
        keys: [
          metaKey(org),
          holdKey(org, input.holdId),
          outboxKey(org),
          holdsKey(org),
          ...input.lines.map((line) => counterKey(org, line.counter)),
        ],
        args: [
          input.mode,
          input.holdId,
          input.nowMs,
          input.leaseMs,
          input.nonce,
          input.amountNanoUsd,
          input.facts,
          input.booked?.amountNanoUsd ?? "-",
          input.booked?.epoch ?? 0,
          input.booked?.metaNowMs ?? 0,
          input.drain ? 1 : 0,
          input.lines.length,
          ...input.lines.flatMap((line) => [line.counter, line.periodStartMs, line.actual, line.booked]),
        ],
      });
      return readSettle(reply, input.nowMs);
    },

    /** Moves a running call's lease end to a lease from now; `ended`: there is no hold to renew any more. */
    async renew(
      org: string,
      hold: { holdId: string; nowMs: number; leaseMs: number },
    ): Promise<"cold" | "renewed" | "ended"> {
      const { reply } = await run({
        script: RENEW,
        keys: [metaKey(org), holdKey(org, hold.holdId), holdsKey(org)],
        args: [hold.holdId, hold.nowMs, hold.leaseMs],
      });
      const kind = text(reply[0]);
      return kind === "cold" || kind === "renewed" ? kind : "ended";
    },
  };
}

export function readSettle(reply: unknown[], nowMs: number): SettleReply {
  const kind = text(reply[0]);
  switch (kind) {
    case "cold":
      return { kind };
    case "lost":
      return { kind, epoch: integer(reply[1]) };
    case "unknown":
      return { kind, epoch: integer(reply[1]), metaNowMs: integer(reply[2]) };
    case "not_lapsed":
      return { kind, state: text(reply[1]) as HoldState };
    case "ok":
      return {
        kind,
        state: text(reply[1]) as HoldState,
        sequence: sequenceOf(reply[2], reply[3]),
        head: headOrNone(list(reply[4]), nowMs),
      };
    default:
      throw new Error(`the settle script replied ${kind}`);
  }
}

/** The empty list stands for no head: another Worker drains, or the caller didn't ask. */
function headOrNone(head: unknown[], nowMs: number): OutboxHead | null {
  return head.length === 0 ? null : readHead(head, nowMs);
}
