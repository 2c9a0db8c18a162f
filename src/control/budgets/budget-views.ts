import { WILDCARD, windowOf } from "../../domain/charged-budgets.ts";
import { type AdjustmentRow, type BudgetRow, budgetFromRow } from "../../ledger/rows.ts";
import type { LiveBudget } from "../../services.ts";
import { timeOf, withoutNulls } from "../frame/views.ts";
import { formatAmount } from "./amounts.ts";

// Budgets as the API shows them: usd as decimal text, other units as integers. Pure.

export function budgetView(row: BudgetRow) {
  return withoutNulls({
    id: row.id,
    organization_id: row.organizationId,
    scope: withoutNulls({ kind: row.scopeKind, id: row.scopeId, team_id: row.scopeTeamId }),
    unit: row.unit,
    limit: formatAmount(row.unit, row.limit),
    period: row.period,
    models: row.models,
    enforcement: row.enforcement,
    on_lapse: row.onLapse,
    on_store_outage: row.onStoreOutage,
    include_team_spend: row.scopeKind === "user" ? row.includeTeamSpend : null,
    count_from: row.countFrom,
    alert_at: row.alertAt,
    name: row.name,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  });
}

/** What is live of a budget, or of one instance of a wildcard. */
export interface LiveState extends LiveBudget {
  instance?: string | undefined;
  /** Of a shadow budget: calls of this period that it would have refused. */
  wouldRefuse?: number | undefined;
}

/** A budget beside what the gate enforces right now (law 1). */
export function liveBudgetView(row: BudgetRow, live: LiveState) {
  const { effectiveLimit, spent, held } = live;
  return {
    ...budgetView(row),
    ...withoutNulls({ instance: live.instance }),
    spent: formatAmount(row.unit, spent),
    held: formatAmount(row.unit, held),
    remaining: formatAmount(row.unit, Math.max(effectiveLimit - spent - held, 0)),
    effective_limit: formatAmount(row.unit, effectiveLimit),
    period_start: timeOf(live.periodStartMs),
    resets_at: live.resetsAtMs === null ? null : timeOf(live.resetsAtMs),
    ...withoutNulls({ would_refuse: live.wouldRefuse }),
  };
}

/** A budget that was made just now: nothing was ever counted in it but its opening balance. */
export function newBudgetView(row: BudgetRow, nowMs: number, opening = 0) {
  if (row.scopeId === WILDCARD) return budgetView(row);
  const { startMs, endMs } = windowOf(budgetFromRow(row), nowMs);
  return liveBudgetView(row, {
    effectiveLimit: row.limit,
    spent: opening,
    held: 0,
    periodStartMs: startMs,
    resetsAtMs: endMs,
    ...(row.enforcement === "shadow" ? { wouldRefuse: 0 } : {}),
  });
}

export function adjustmentView(row: AdjustmentRow, { unit }: Pick<BudgetRow, "unit">) {
  return withoutNulls({
    id: row.id,
    budget_id: row.budgetId,
    amount: formatAmount(unit, row.amount),
    until: row.until?.toISOString(),
    reason: row.reason,
    created_at: row.createdAt.toISOString(),
  });
}
