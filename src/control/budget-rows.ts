import { sql } from "drizzle-orm";
import type { ScopeRef } from "../domain/scope.ts";
import { newId } from "../ids.ts";
import type { BudgetRow } from "../ledger/rows.ts";
import { budgets } from "../ledger/schema.ts";
import type { BudgetChange, BudgetCreation } from "./budget-input.ts";

// Rows of budgets from the fields of a body.

const DEFAULT_ALERT_AT = [0.5, 0.8, 1];

export function newBudgetRow(
  input: BudgetCreation,
  organizationId: string,
  scope: ScopeRef,
  now: Date,
): BudgetRow {
  return {
    id: newId("bud"),
    organizationId,
    scopeKind: scope.kind,
    scopeId: scope.id,
    scopeTeamId: null,
    includeTeamSpend: false,
    unit: input.unit ?? "usd",
    limit: input.limit,
    period: input.period(now),
    models: null,
    enforcement: input.enforcement ?? "hard",
    onLapse: input.on_lapse ?? "charge",
    onStoreOutage: input.on_store_outage ?? "closed",
    countFrom: input.count_from ?? "now",
    alertAt: input.alert_at ?? DEFAULT_ALERT_AT,
    name: input.name ?? null,
    generation: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** The columns that a change sets: an absent field isn't among them, null is the field's default. */
export function columnsOf(change: BudgetChange, createdAt: Date) {
  const period = change.period?.(createdAt);
  return {
    ...(change.limit === undefined ? {} : { limit: change.limit }),
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.on_lapse === undefined ? {} : { onLapse: change.on_lapse ?? "charge" }),
    ...(change.alert_at === undefined ? {} : { alertAt: change.alert_at ?? DEFAULT_ALERT_AT }),
    ...(period === undefined ? {} : { period, generation: generationWith(period) }),
  };
}

/** Compared in Postgres, so that two changes at once can't miss each other. */
function generationWith(period: BudgetRow["period"]) {
  const same = sql`${budgets.period} = ${JSON.stringify(period)}::jsonb`;
  return sql<number>`case when ${same} then ${budgets.generation} else ${budgets.generation} + 1 end`;
}
