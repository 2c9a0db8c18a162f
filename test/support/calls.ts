import { closeOrStrand } from "../../src/ledger/strand.ts";
import { closeHold, type Outcome } from "../../src/ledger/close.ts";
import type { Closing } from "../../src/store/settlement.ts";
import type { Books } from "../../src/ledger/books.ts";
import { openEpoch } from "../../src/ledger/open.ts";
import { rebuildCounters } from "../../src/ledger/rebuild.ts";
import { lapseHolds } from "../../src/ledger/lapse.ts";

// A call through the books, without the gate around them: the admission of protocol.md in its shortest form.

export const DAY_MS = 86_400_000;

export interface TestLine {
  counter: string;
  limit?: number;
  onLapse?: "charge" | "release";
  /** For a budget that counts something else than money. */
  amount?: number;
  periodStartMs?: number;
}

export interface Call {
  org: string;
  holdId: string;
  amountNanoUsd: number;
  lines: { counter: string; periodStartMs: number; amount: number }[];
}

export interface CallPlan {
  org: string;
  holdId: string;
  amountNanoUsd: number;
  lines: TestLine[];
}

const MAX_ROUNDS = 12;
export const NO_LIMIT = 1_000_000_000;

/** The start of the UTC day. */
export const dayOf = (nowMs: number): number => nowMs - (nowMs % DAY_MS);

/** Sets the amount aside; null: refused, or nobody knows, and then the hold is given back. */
export async function reserve(books: Books, plan: CallPlan): Promise<Call | null> {
  const nowMs = books.now();
  const lines = plan.lines.map(
    ({ counter, limit = NO_LIMIT, onLapse = "charge", amount, periodStartMs }) => ({
      counter,
      limit,
      onLapse,
      amount: amount ?? ("usd" as const),
      periodStartMs: periodStartMs ?? dayOf(nowMs),
      hard: true,
    }),
  );
  let epoch = 0;
  let unanswered = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const answer = await books.store.reserve({
      organizationId: plan.org,
      epoch,
      nowMs,
      leaseMs: books.leaseMs,
      holdId: plan.holdId,
      policies: [],
      lines,
      want: plan.amountNanoUsd,
      tight: plan.amountNanoUsd,
      least: plan.amountNanoUsd,
      facts: JSON.stringify(factsOf(plan)),
    });
    unanswered += answer.unanswered;
    const { reply } = answer;
    switch (reply.kind) {
      case "cold":
        epoch = await openEpoch(books, plan.org);
        break;
      case "stale":
        epoch = reply.epoch;
        break;
      case "missing":
        await rebuildCounters(
          books,
          plan.org,
          reply.epoch,
          reply.indexes.flatMap((i) => lines[i] ?? []),
        );
        break;
      case "lost":
        epoch = await openEpoch(books, plan.org, {
          condemnedEpoch: reply.epoch,
          lostHolds: [plan.holdId],
        });
        break;
      case "ok":
        return {
          ...plan,
          lines: lines.map(({ counter, amount }, i) => ({
            counter,
            amount: amount === "usd" ? plan.amountNanoUsd : amount,
            periodStartMs: reply.counters[i]?.periodStartMs ?? 0,
          })),
        };
      case "again":
        if (reply.state === "h") return { ...plan, lines: reply.lines };
        return giveUp(books, plan, nowMs);
      case "refused":
        if (reply.ended.length > 0 && (await lapseHolds(books, plan.org, reply.ended)).progressed) break;
        return unanswered > 0 ? giveUp(books, plan, nowMs) : null;
      case "late":
        return unanswered > 0 ? giveUp(books, plan, nowMs) : null;
    }
  }
  return giveUp(books, plan, nowMs);
}

/** As `reserve`, where the test needs the call to be admitted. */
export async function reserved(books: Books, plan: CallPlan): Promise<Call> {
  const call = await reserve(books, plan);
  if (!call) throw new Error(`${plan.holdId} wasn't admitted`);
  return call;
}

async function giveUp(books: Books, plan: CallPlan, nowMs: number): Promise<null> {
  await release(books, {
    ...plan,
    lines: plan.lines.map(({ counter, periodStartMs }) => ({
      counter,
      periodStartMs: periodStartMs ?? dayOf(nowMs),
      amount: 0,
    })),
  });
  return null;
}

/** What a settle of this cost is told: every line of money at the cost, others at what they reserved. */
export function settling(call: Call, costNanoUsd: number): Closing {
  return {
    mode: "settle",
    holdId: call.holdId,
    amountNanoUsd: costNanoUsd,
    lines: call.lines.map(({ counter, periodStartMs, amount }) => ({
      counter,
      periodStartMs,
      actual: amount === call.amountNanoUsd ? costNanoUsd : amount,
    })),
    facts: JSON.stringify({ ...factsOf(call), outcome: "completed", status: 200, duration_ms: 1234 }),
  };
}

export function ending(call: Call, mode: "release" | "void"): Closing {
  return {
    ...settling(call, 0),
    mode,
    lines: call.lines.map(({ counter, periodStartMs }) => ({ counter, periodStartMs, actual: 0 })),
    facts: JSON.stringify({ ...factsOf(call), outcome: mode === "void" ? "lapsed" : "released" }),
  };
}

export async function settle(books: Books, call: Call, costNanoUsd: number): Promise<Outcome> {
  return (await closeHold(books, call.org, settling(call, costNanoUsd))).outcome;
}

export async function settleOrStrand(books: Books, call: Call, costNanoUsd: number): Promise<void> {
  await closeOrStrand(books, call.org, settling(call, costNanoUsd));
}

export async function release(books: Books, call: Call): Promise<Outcome> {
  return (await closeHold(books, call.org, ending(call, "release"))).outcome;
}

export async function voidCharge(books: Books, call: Call): Promise<Outcome> {
  return (await closeHold(books, call.org, ending(call, "void"))).outcome;
}

/** The columns that the gate knows when it reserves. */
export function factsOf({ holdId, amountNanoUsd }: Pick<CallPlan, "holdId" | "amountNanoUsd">) {
  return {
    request_id: `req_${holdId}`,
    key_id: "key_1",
    team_id: "team_1",
    user_id: null,
    customer: "ada",
    tags: ["blue", "green"],
    provider: "openai",
    model_requested: "small",
    model: "gpt-small-2026",
    endpoint: "/v1/chat/completions",
    stream: true,
    usage: { input_total: 10, output_total: 20 },
    price_version: "p1",
    outcome: "completed",
    estimated: false,
    hold: amountNanoUsd,
    overrun: 0,
    started_at: "2026-03-14T09:26:53.000Z",
  };
}
