import type { Books } from "../../src/ledger/books.ts";
import { closeOrStrand } from "../../src/ledger/strand.ts";
import type { Closing } from "../../src/store/settlement.ts";
import { lapseHolds } from "../../src/ledger/lapse.ts";
import { openEpoch } from "../../src/ledger/open.ts";
import { rebuildCounters } from "../../src/ledger/rebuild.ts";
import { StoreUnavailable } from "../../src/services.ts";
import type { ReserveInput, ReserveReply } from "../../src/store/admission.ts";

// One call through the books, as the gate makes it: reserve, dispatch, settle or release.

export interface CallPlan {
  lines: (nowMs: number) => ReserveInput["lines"];
  want: number;
  tight: number;
  least: number;
  /** What the provider charges; null: it refuses, and the hold is released. */
  costNanoUsd: number | null;
  /** What is settled in each counter, given the cost. */
  actuals: (counter: string, costNanoUsd: number) => number;
}

/** `dead`: its Worker died, or couldn't say to any store how it ended. */
export type CallEnd = "running" | "refused" | "settled" | "released" | "dead";

export interface Call {
  holdId: string;
  plan: CallPlan;
  end: CallEnd;
  /** The Worker knows that it was admitted, and dispatched the call. */
  isDispatched: boolean;
}

const MAX_ROUNDS = 20;
const FACTS = "{}";

export async function runCall(books: Books, org: string, call: Call): Promise<void> {
  const nowMs = books.now();
  const input: ReserveInput = {
    organizationId: org,
    epoch: 0,
    nowMs,
    leaseMs: books.leaseMs,
    holdId: call.holdId,
    policies: [],
    lines: call.plan.lines(nowMs),
    want: call.plan.want,
    tight: call.plan.tight,
    least: call.plan.least,
    facts: FACTS,
  };
  const release = zero(call.holdId, input.lines);
  let unanswered = 0;
  try {
    const admitted = await admit(books, input, (times) => (unanswered += times));
    if (admitted) {
      call.isDispatched = true;
      await closeOrStrand(books, org, closingOf(call, admitted, release));
      call.end = call.plan.costNanoUsd === null ? "released" : "settled";
      return;
    }
    // What got no answer may still come, and set money aside for nobody.
    if (unanswered > 0) await closeOrStrand(books, org, release);
    call.end = "refused";
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    await giveUp(books, org, call, release);
  }
}

type Admitted = { counter: string; periodStartMs: number }[];

async function admit(
  books: Books,
  input: ReserveInput,
  count: (unanswered: number) => void,
): Promise<Admitted | null> {
  const org = input.organizationId;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { reply, unanswered } = await books.store.reserve(input);
    count(unanswered);
    const admitted = admittedBy(input, reply);
    if (admitted) return admitted;
    if (reply.kind === "cold") input.epoch = await openEpoch(books, org);
    else if (reply.kind === "stale") input.epoch = reply.epoch;
    else if (reply.kind === "missing") {
      await rebuildCounters(
        books,
        org,
        reply.epoch,
        reply.indexes.flatMap((index) => input.lines[index] ?? []),
      );
    } else if (reply.kind === "lost") {
      await openEpoch(books, org, { condemnedEpoch: reply.epoch, lostHolds: [input.holdId] });
    } else if (reply.kind !== "refused") return null;
    else if (reply.ended.length === 0 || !(await lapseHolds(books, org, reply.ended)).progressed) return null;
  }
  return null;
}

function admittedBy(input: ReserveInput, reply: ReserveReply): Admitted | null {
  if (reply.kind === "again") return reply.state === "h" ? reply.lines : null;
  if (reply.kind !== "ok") return null;
  return input.lines.map(({ counter, periodStartMs }, index) => ({
    counter,
    periodStartMs: reply.counters[index]?.periodStartMs ?? periodStartMs,
  }));
}

function closingOf(call: Call, lines: Admitted, release: Closing): Closing {
  const { costNanoUsd, actuals } = call.plan;
  if (costNanoUsd === null) return release;
  return {
    ...release,
    mode: "settle",
    amountNanoUsd: costNanoUsd,
    lines: lines.map(({ counter, periodStartMs }) => ({
      counter,
      periodStartMs,
      actual: actuals(counter, costNanoUsd),
    })),
  };
}

/** No store could be told how a dispatched call ended; one that wasn't dispatched is released, if that can be said. */
async function giveUp(books: Books, org: string, call: Call, release: Closing): Promise<void> {
  call.end = "dead";
  if (call.isDispatched) return;
  try {
    await closeOrStrand(books, org, release);
    call.end = "refused";
  } catch (error) {
    // The lease's end charges it, visibly.
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

function zero(holdId: string, lines: Admitted): Closing {
  return {
    mode: "release",
    holdId,
    amountNanoUsd: 0,
    lines: lines.map(({ counter, periodStartMs }) => ({ counter, periodStartMs, actual: 0 })),
    facts: FACTS,
  };
}
