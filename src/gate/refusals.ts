import { formatUsd } from "../domain/money.ts";
import { periodAt } from "../domain/period.ts";
import type { Budget } from "../domain/scope.ts";
import type { Refusal, RefusingBudget } from "../errors.ts";

// The three ways in which a budget refuses, told apart. Pure.

export interface RefusedBudget {
  budget: Budget;
  spent: number;
  held: number;
}

/** A call that would fit but for holds in flight is worth another try this soon. */
const HELD_RETRY_SECONDS = 2;

type Reason = "request_too_large" | "budget_exceeded" | "budget_held";
/** What waiting can't mend is said first. */
const ORDER: Reason[] = ["request_too_large", "budget_exceeded", "budget_held"];

/** The refusal that names the budget at fault. `leastNanoUsd`: the least that the call needed. At least one is given. */
export function budgetRefusal(refused: RefusedBudget[], leastNanoUsd: number, nowMs: number): Refusal {
  const [worst] = refused
    .map((one) => ({ ...one, reason: reasonOf(one, leastNanoUsd) }))
    .sort((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason) || roomOf(a) - roomOf(b));
  if (!worst) throw new Error("a refusal with no budget");
  const budget = describe(worst, nowMs);
  const { kind, id } = budget.scope;
  const name = `Budget ${budget.id} of ${kind} ${id}`;
  const state = `limit ${budget.limit} USD, spent ${budget.spent}, held by calls in flight ${budget.held}`;
  const needs = `${formatUsd(leastNanoUsd)} USD`;
  const why = {
    request_too_large: `This call can cost ${needs}, more than a whole period of the budget allows.`,
    budget_exceeded: `The budget is spent: this call needs ${needs}, and the budget ${reset(budget)}.`,
    budget_held: `The budget is held by calls in flight: this call needs ${needs}. Try again shortly.`,
  }[worst.reason];
  return {
    code: worst.reason,
    message: `${why} ${name}: ${state}.`,
    budget,
    ...(worst.reason === "budget_held" ? { retryAfterSeconds: HELD_RETRY_SECONDS } : {}),
  };
}

function reasonOf({ budget, spent }: RefusedBudget, least: number): Reason {
  if (budget.limit > 0 && least > budget.limit) return "request_too_large";
  if (budget.limit === 0 || spent + least > budget.limit) return "budget_exceeded";
  return "budget_held";
}

const roomOf = ({ budget, spent, held }: RefusedBudget) => budget.limit - spent - held;

function describe(refused: RefusedBudget, nowMs: number): RefusingBudget {
  const { budget, spent, held } = refused;
  const { endMs } = periodAt(budget.period, nowMs);
  return {
    id: budget.id,
    scope: budget.scope,
    unit: budget.unit,
    limit: formatUsd(budget.limit),
    spent: formatUsd(spent),
    held: formatUsd(held),
    remaining: formatUsd(Math.max(0, roomOf(refused))),
    resets_at: endMs === null ? null : new Date(endMs).toISOString(),
  };
}

function reset(budget: RefusingBudget): string {
  return budget.resets_at === null ? "never resets" : `resets at ${budget.resets_at}`;
}
