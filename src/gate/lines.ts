import { effectiveLimit, windowOf, type ChargedBudget } from "../domain/charged-budgets.ts";
import type { Usage } from "../domain/usage.ts";
import type { ReserveLine } from "../store/admission.ts";
import type { AdmittedLine } from "./admission.ts";

// What a call sets aside in each of its budgets, and what it takes in the end. Pure.

/** `tokens`: the estimate of the call's tokens. */
export function reserveLine({ budget, counter }: ChargedBudget, tokens: number, nowMs: number): ReserveLine {
  const amounts = { usd: "usd", requests: 1, tokens, concurrent: 1 } as const;
  return {
    counter,
    periodStartMs: windowOf(budget, nowMs).startMs,
    limit: effectiveLimit(budget, nowMs),
    hard: budget.enforcement === "hard",
    amount: amounts[budget.unit],
    // A slot whose call is over is free, whatever became of the call (R61).
    onLapse: budget.unit === "concurrent" ? "release" : budget.onLapse,
  };
}

/** `usage` null: nothing was billed. A request counts as one whatever became of it. */
export function settledAmount(
  { budget }: { budget: Pick<ChargedBudget["budget"], "unit"> },
  { costNanoUsd, usage }: { costNanoUsd: number; usage: Usage | null },
): number {
  const amounts = {
    usd: costNanoUsd,
    requests: 1,
    tokens: usage
      ? (usage.input_total ?? usage.billed_input ?? 0) + (usage.output_total ?? usage.billed_output ?? 0)
      : 0,
    concurrent: 0,
  };
  return amounts[budget.unit];
}

/** The shadow budgets that would have refused this call if they were hard. */
export function shadowRefusals(lines: AdmittedLine[]): string[] {
  return lines
    .filter(
      ({ charged, line, state }) =>
        charged.budget.enforcement === "shadow" && state !== null && state.spent + state.held > line.limit,
    )
    .map(({ charged }) => charged.budget.id);
}
