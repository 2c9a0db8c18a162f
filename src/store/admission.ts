// Reserve, and the check of policies alone.

import type { PolicyRef } from "../services.ts";
import { counterKey, holdKey, holdsKey, metaKey, policyKey } from "./keys.ts";
import { parseCounter, parseHoldLines, type HoldLine, type HoldState } from "./packed.ts";
import type { RunScript } from "./redis.ts";
import { integer, text, texts } from "./reply.ts";
import { CONFIRM, RESERVE } from "./scripts/reserve.ts";

export interface ReserveLine {
  counter: string;
  periodStartMs: number;
  limit: number;
  hard: boolean;
  /** A fixed amount in the budget's unit, or what the reserve grants in nano-USD. */
  amount: number | "usd";
  onLapse: "charge" | "release";
}

export interface ReserveInput {
  organizationId: string;
  epoch: number;
  nowMs: number;
  leaseMs: number;
  holdId: string;
  policies: { policy: PolicyRef; version: number }[];
  lines: ReserveLine[];
  /** Amounts in nano-USD, none greater than the one before: the first that fits is granted. */
  want: number;
  tight: number;
  /** The least that all that is left must be to be granted. */
  least: number;
  facts: string;
}

export interface CounterState {
  periodStartMs: number;
  spent: number;
  held: number;
}

export type ReserveReply =
  | { kind: "cold" | "late" }
  | { kind: "stale"; epoch: number; documents: { index: number; document: string }[] }
  | { kind: "again"; state: HoldState; amountNanoUsd: number; lines: HoldLine[] }
  | { kind: "missing"; epoch: number; indexes: number[] }
  /** `refused`: which counters were in the way; `counters`: all of them, as they stand. */
  | { kind: "refused"; refused: number[]; counters: CounterState[]; ended: string[] }
  | { kind: "lost"; epoch: number }
  | { kind: "ok"; amountNanoUsd: number; counters: CounterState[]; ended: string[] };

export function admission(run: RunScript) {
  return {
    async reserve(input: ReserveInput): Promise<{ reply: ReserveReply; unanswered: number }> {
      const org = input.organizationId;
      const { reply, unanswered } = await run({
        script: RESERVE,
        together: true,
        keys: [
          metaKey(org),
          holdKey(org, input.holdId),
          ...input.policies.map(({ policy }) => policyKey(org, policy)),
          ...input.lines.map((line) => counterKey(org, line.counter)),
          holdsKey(org),
        ],
        args: [
          input.epoch,
          input.nowMs,
          input.nowMs + input.leaseMs,
          input.holdId,
          input.policies.length,
          input.lines.length,
          input.want,
          input.tight,
          input.least,
          input.facts,
          input.lines.map((line) => holdLine(line, input.want)).join(";") || "-",
          ...input.policies.map(({ version }) => `${input.epoch}.${version} `),
          ...input.lines.flatMap(packLine),
        ],
      });
      return { reply: readReserve(reply), unanswered };
    },

    /** Compares policy versions, for calls that reserve nothing. */
    async confirm(
      org: string,
      policies: ReserveInput["policies"],
    ): Promise<Extract<ReserveReply, { kind: "stale" }> | { kind: "cold" | "ok" }> {
      const { reply } = await run({
        script: CONFIRM,
        keys: [metaKey(org), ...policies.map(({ policy }) => policyKey(org, policy))],
        args: policies.map(({ version }) => version),
      });
      const kind = text(reply[0]);
      if (kind === "stale") return readStale(reply);
      return { kind: kind === "cold" ? "cold" : "ok" };
    },
  };
}

/** As it stands in the hold, where all that is wanted is granted. */
function holdLine({ counter, periodStartMs, amount, onLapse }: ReserveLine, want: number): string {
  return `${counter},${periodStartMs},${amount === "usd" ? want : amount},${onLapse === "charge" ? "c" : "r"}`;
}

function packLine({ periodStartMs, limit, hard, amount }: ReserveLine): (string | number)[] {
  return [periodStartMs, hard ? limit : "-", amount === "usd" ? "-" : amount];
}

function readReserve(reply: unknown[]): ReserveReply {
  const kind = text(reply[0]);
  switch (kind) {
    case "cold":
    case "late":
      return { kind };
    case "stale":
      return readStale(reply);
    case "again":
      return {
        kind,
        state: text(reply[1]) as HoldState,
        amountNanoUsd: integer(reply[2]),
        lines: parseHoldLines(text(reply[3])),
      };
    case "missing":
      return { kind, epoch: integer(reply[1]), indexes: texts(reply[2]).map((index) => integer(index) - 1) };
    case "refused":
      return {
        kind,
        refused: texts(reply[1]).map((index) => integer(index) - 1),
        counters: readCounters(reply[2]),
        ended: texts(reply[3]),
      };
    case "lost":
      return { kind, epoch: integer(reply[1]) };
    case "ok":
      return {
        kind,
        amountNanoUsd: integer(reply[1]),
        counters: readCounters(reply[2]),
        ended: texts(reply[3]),
      };
    default:
      throw new Error(`the reserve script replied ${kind}`);
  }
}

function readCounters(rows: unknown): CounterState[] {
  return texts(rows).map((packed) => {
    const { periodStartMs, spent, held } = parseCounter(packed);
    return { periodStartMs, spent, held };
  });
}

function readStale(reply: unknown[]): Extract<ReserveReply, { kind: "stale" }> {
  const flat = texts(reply[2]);
  const documents = [];
  for (let i = 0; i < flat.length; i += 2) {
    documents.push({ index: integer(flat[i]) - 1, document: flat[i + 1] ?? "" });
  }
  return { kind: "stale", epoch: integer(reply[1]), documents };
}
