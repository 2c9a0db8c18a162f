// Settle, release, void and lapse.

import { counterKey, holdKey, holdsKey, metaKey, outboxKey } from "./keys.ts";
import { readHead, type OutboxHead } from "./outbox.ts";
import type { HoldState, Sequence } from "./packed.ts";
import type { RunScript } from "./redis.ts";
import { integer, list, sequenceOf, text, texts } from "./reply.ts";
import { BALANCE } from "./scripts/balance.ts";
import { LAPSE } from "./scripts/lapse.ts";
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

export function settlement(run: RunScript) {
  return {
    async settle(input: SettleInput): Promise<SettleReply> {
      const org = input.organizationId;
      const { reply } = await run({
        script: SETTLE,
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

function readSettle(reply: unknown[], nowMs: number): SettleReply {
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
