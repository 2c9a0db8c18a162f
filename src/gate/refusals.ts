import { effectiveLimit, windowOf, type Budget } from "../domain/charged-budgets.ts";
import { formatUsd } from "../domain/money.ts";
import type { Refusal, RefusingBudget } from "../errors.ts";
import type { AdmittedLine } from "./admission.ts";

// The ways in which a budget refuses, told apart; and what a store that is away refuses. Pure.

/** A call that would fit but for calls in flight is worth another try this soon. */
const HELD_RETRY_SECONDS = 2;
const STORE_RETRY_SECONDS = 2;

type Reason = "request_too_large" | "budget_exceeded" | "rate_limited" | "budget_held";
/** What waiting can't mend is said first. */
const ORDER: Reason[] = ["request_too_large", "budget_exceeded", "rate_limited", "budget_held"];

interface Refused {
  line: AdmittedLine;
  reason: Reason;
  /** What the call needs of this budget, in its unit. */
  needs: number;
  limit: number;
  spent: number;
  held: number;
}

/** The refusal that names the budget at fault. `leastNanoUsd`: the least that the call needed of usd budgets. At least one line is given. */
export function budgetRefusal(refused: AdmittedLine[], leastNanoUsd: number, nowMs: number): Refusal {
  const [worst] = refused
    .map((line) => judge(line, leastNanoUsd, nowMs))
    .sort((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason) || roomOf(a) - roomOf(b));
  if (!worst) throw new Error("a refusal with no budget");
  const budget = describe(worst, nowMs);
  const amount = `${String(shown(worst.line.charged.budget, worst.needs))} ${unitName(worst)}`;
  const why = {
    request_too_large: `This call needs ${amount}, more than a whole period of the budget allows.`,
    budget_exceeded: `The budget is spent: this call needs ${amount}, and the budget ${reset(budget)}.`,
    rate_limited: `The rate limit is reached: this call needs ${amount}.`,
    budget_held: `The budget is held by calls in flight: this call needs ${amount}. Try again shortly.`,
  }[worst.reason];
  const state = `limit ${budget.limit}, spent ${budget.spent}, held by calls in flight ${budget.held}`;
  return {
    code: worst.reason,
    message: `${why} Budget ${budget.id} of ${budget.scope.kind} ${budget.scope.id}: ${state}.`,
    budget,
    ...retryOf(worst, nowMs),
  };
}

function judge(line: AdmittedLine, leastNanoUsd: number, nowMs: number): Refused {
  const { budget } = line.charged;
  const { spent, held } = line.state ?? { spent: 0, held: 0 };
  const needs = line.line.amount === "usd" ? leastNanoUsd : line.line.amount;
  const limit = effectiveLimit(budget, nowMs);
  return { line, needs, limit, spent, held, reason: reasonOf(budget, { needs, limit, spent }) };
}

function reasonOf(
  budget: Budget,
  { needs, limit, spent }: Pick<Refused, "needs" | "limit" | "spent">,
): Reason {
  // It admits nothing, in whatever unit: another try won't help.
  if (limit === 0) return "budget_exceeded";
  if (budget.unit === "concurrent" || budget.unit === "requests") return "rate_limited";
  if (needs > limit) return "request_too_large";
  if (budget.unit === "tokens") return "rate_limited";
  return spent + needs > limit ? "budget_exceeded" : "budget_held";
}

const roomOf = ({ limit, spent, held }: Refused) => limit - spent - held;

/** A rate limit that is spent is free again in its next period; one that calls in flight hold, when they end. */
function retryOf(
  { line, reason, needs, limit, spent }: Refused,
  nowMs: number,
): { retryAfterSeconds?: number } {
  if (reason === "budget_held") return { retryAfterSeconds: HELD_RETRY_SECONDS };
  if (reason !== "rate_limited") return {};
  const { endMs } = windowOf(line.charged.budget, nowMs);
  if (spent + needs <= limit || endMs === null) return { retryAfterSeconds: HELD_RETRY_SECONDS };
  return { retryAfterSeconds: Math.max(1, Math.ceil((endMs - nowMs) / 1_000)) };
}

function describe(refused: Refused, nowMs: number): RefusingBudget {
  const { line, limit, spent, held } = refused;
  const { budget, scope } = line.charged;
  const { endMs } = windowOf(budget, nowMs);
  return {
    id: budget.id,
    scope: { kind: scope.kind, id: scope.id },
    unit: budget.unit,
    limit: shown(budget, limit),
    spent: shown(budget, spent),
    held: shown(budget, held),
    remaining: shown(budget, Math.max(0, roomOf(refused))),
    resets_at: endMs === null ? null : new Date(endMs).toISOString(),
  };
}

function shown(budget: Budget, amount: number): string | number {
  return budget.unit === "usd" ? formatUsd(amount) : amount;
}

function unitName({ line, needs }: Refused): string {
  const { unit } = line.charged.budget;
  const names = { usd: "USD", requests: "request", tokens: "token", concurrent: "slot" };
  return unit === "usd" || needs === 1 ? names[unit] : `${names[unit]}s`;
}

function reset(budget: RefusingBudget): string {
  return budget.resets_at === null ? "never resets" : `resets at ${budget.resets_at}`;
}

export function storeRefusal(store: "redis" | "postgres"): Refusal {
  return {
    code: "store_unavailable",
    message: `A store that decides on budgets (${store}) can't be reached. No call is forwarded without it.`,
    retryAfterSeconds: STORE_RETRY_SECONDS,
  };
}
