import * as fc from "fast-check";
import type { ReserveLine } from "../../src/store/admission.ts";
import type { Fate } from "./scheduler.ts";
import type { Loss } from "./lockstep.ts";

// Workers that keep the protocol, in any order, with any message lost, doubled or late: what the laws must survive.

export const LEASE_MS = 300;

interface BudgetPlan extends Pick<ReserveLine, "limit" | "hard" | "amount" | "onLapse"> {
  /** Null: one period without an end. */
  periodMs: number | null;
  actual(costNanoUsd: number): number;
}

const cost = (costNanoUsd: number) => costNanoUsd;

/** Budgets of several units, periods and kinds of lapse, small enough that calls compete. */
export const BUDGETS: Record<string, BudgetPlan> = {
  month: { limit: 10, hard: true, amount: "usd", onLapse: "charge", periodMs: 1_000, actual: cost },
  total: { limit: 25, hard: true, amount: "usd", onLapse: "release", periodMs: null, actual: cost },
  requests: { limit: 3, hard: true, amount: 1, onLapse: "charge", periodMs: 500, actual: () => 1 },
  parallel: { limit: 2, hard: true, amount: 1, onLapse: "release", periodMs: null, actual: () => 0 },
  soft: { limit: 1, hard: false, amount: "usd", onLapse: "charge", periodMs: 1_000, actual: cost },
};

export function linesOf(names: string[], nowMs: number): ReserveLine[] {
  return names.flatMap((counter) => {
    const budget = BUDGETS[counter];
    if (!budget) return [];
    const { limit, hard, amount, onLapse, periodMs } = budget;
    const periodStartMs = periodMs === null ? 0 : nowMs - (nowMs % periodMs);
    return [{ counter, periodStartMs, limit, hard, amount, onLapse }];
  });
}

const MAX_STEPS = 60;
const skewMs = fc.constantFrom(0, 0, 0, 15, -15);
const fate = fc.constantFrom<Fate>("answered", "answered", "answered", "lost", "unanswered", "doubled");

const call = fc.record({
  step: fc.constant("call" as const),
  budgets: fc.subarray(Object.keys(BUDGETS)),
  want: fc.integer({ min: 0, max: 6 }),
  tight: fc.integer({ min: 0, max: 6 }),
  least: fc.integer({ min: 0, max: 6 }),
  /** Also above what was held, and null where the provider refuses. */
  costNanoUsd: fc.option(fc.integer({ min: 0, max: 8 })),
  skewMs,
});
const run = fc.record({
  step: fc.constant("run" as const),
  task: fc.nat({ max: 5 }),
  /** Messages that are answered, before the one that has the fate. */
  before: fc.nat({ max: 8 }),
  fate,
});
const tick = fc.record({
  step: fc.constant("tick" as const),
  byMs: fc.constantFrom(1, 50, LEASE_MS, 499, 1_000, -10),
});
const tidy = fc.record({ step: fc.constant("tidy" as const), skewMs });
const replay = fc.record({ step: fc.constant("replay" as const), skewMs });
const voids = fc.record({ step: fc.constant("void" as const), call: fc.nat({ max: 5 }) });
const deliver = fc.record({ step: fc.constant("deliver" as const), message: fc.nat({ max: 3 }) });
const crash = fc.record({ step: fc.constant("crash" as const), task: fc.nat({ max: 5 }) });
const lose = fc.record({
  step: fc.constant("lose" as const),
  loss: fc.oneof(
    fc.constantFrom<Loss>({ key: "meta" }, { key: "outbox" }, { key: "epoch" }, { key: "everything" }),
    fc.record({ key: fc.constant("counter" as const), id: fc.constantFrom(...Object.keys(BUDGETS)) }),
    fc.record({ key: fc.constant("hold" as const), id: fc.constantFrom("h0", "h1", "h2") }),
  ),
});

export const lawStep = fc.oneof(
  { weight: 5, arbitrary: call },
  { weight: 16, arbitrary: run },
  { weight: 5, arbitrary: tick },
  { weight: 3, arbitrary: tidy },
  { weight: 1, arbitrary: replay },
  { weight: 2, arbitrary: voids },
  { weight: 3, arbitrary: deliver },
  { weight: 1, arbitrary: crash },
  { weight: 1, arbitrary: lose },
);
export type LawStep = typeof lawStep extends fc.Arbitrary<infer T> ? T : never;

export const lawSteps = fc.array(lawStep, { maxLength: MAX_STEPS, size: "max" });
