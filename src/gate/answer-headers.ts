import { formatUsd } from "../domain/money.ts";
import { periodAt } from "../domain/period.ts";
import type { Admission } from "./admit.ts";

/** The headers of an admitted call: what it holds, and the tightest usd budget that it is under. */
export function admissionHeaders<T>(admission: Admission<T>, nowMs: number): [name: string, value: string][] {
  const headers: [string, string][] = [["x-tollgate-hold-usd", formatUsd(admission.amountNanoUsd)]];
  const [tightest] = admission.counters
    .flatMap(({ budget, state }) =>
      state && budget.unit === "usd"
        ? [{ budget, remaining: Math.max(0, budget.limit - state.spent - state.held) }]
        : [],
    )
    .sort((a, b) => a.remaining - b.remaining);
  if (!tightest) return headers;
  headers.push(["x-tollgate-budget-id", tightest.budget.id]);
  headers.push(["x-tollgate-budget-remaining-usd", formatUsd(tightest.remaining)]);
  const { endMs } = periodAt(tightest.budget.period, nowMs);
  if (endMs !== null) headers.push(["x-tollgate-budget-reset", new Date(endMs).toISOString()]);
  return headers;
}
