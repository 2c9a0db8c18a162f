import type { CallLabels } from "../domain/scope.ts";
import type { Admission, Plan } from "./admission.ts";
import type { GateDeps } from "./gate-deps.ts";
import { reserveLine } from "./lines.ts";
import type { PendingHold } from "./pending-hold.ts";
import { policiesInMemory, type CallPolicies } from "./policies.ts";
import type { ProvenKey } from "./secret.ts";

/**
 * With Redis away: admits by the policies in memory, with nothing held, where no hard budget says that it must be
 * asked (law 14). The settle books the call later.
 */
export function admitUnheld<T>(
  deps: GateDeps,
  proven: ProvenKey,
  call: { labels: CallLabels },
  hold: PendingHold,
  planFor: (policies: CallPolicies) => Plan<T>,
): Admission<T> | null {
  const policies = policiesInMemory(deps.books.memory, proven, call.labels);
  if (!policies.complete) return null;
  const plan = planFor(policies);
  if ("refusal" in plan) return null;
  if (plan.charged.some(({ budget }) => budget.enforcement === "hard" && budget.onStoreOutage === "closed")) {
    return null;
  }
  const lines = plan.charged.map((charged) => ({
    charged,
    line: reserveLine(charged, plan.tokens, hold.nowMs),
    state: null,
  }));
  const { facts, extra, reserve } = plan;
  return { holdId: hold.id, amountNanoUsd: reserve.want, lines, facts, policies, extra };
}
