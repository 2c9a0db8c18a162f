import { sql } from "drizzle-orm";
import type { ScopeKind } from "../../domain/scope.ts";
import { newId } from "../../ids.ts";
import type { BudgetRow } from "../../ledger/rows.ts";
import { budgets } from "../../ledger/policy-schema.ts";
import type { BudgetChange, BudgetCreation } from "./budget-input.ts";

// Rows of budgets from the fields of a body.

interface Scope {
  kind: ScopeKind;
  id: string;
  team_id?: string | null | undefined;
}

const DEFAULT_ALERT_AT = [0.5, 0.8, 1];

export function newBudgetRow(
  input: BudgetCreation,
  organizationId: string,
  scope: Scope,
  now: Date,
): BudgetRow {
  return {
    id: newId("bud"),
    organizationId,
    scopeKind: scope.kind,
    scopeId: scope.id,
    scopeTeamId: scope.team_id ?? null,
    includeTeamSpend: input.include_team_spend ?? false,
    unit: input.unit ?? "usd",
    limit: input.limit,
    period: input.period?.(now) ?? { kind: "total" }, // Only `concurrent` may leave it out.
    models: input.models ?? null,
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
  const given = {
    limit: change.limit,
    name: change.name,
    models: change.models,
    enforcement: change.enforcement === null ? "hard" : change.enforcement,
    onLapse: change.on_lapse === null ? "charge" : change.on_lapse,
    onStoreOutage: change.on_store_outage === null ? "closed" : change.on_store_outage,
    includeTeamSpend: change.include_team_spend === null ? false : change.include_team_spend,
    alertAt: change.alert_at === null ? DEFAULT_ALERT_AT : change.alert_at,
  } as const;
  // drizzle leaves out what is undefined.
  return { ...given, ...(period === undefined ? {} : { period, ...newCount(period) }) };
}

/**
 * Another period starts a new count, which begins now; the same one doesn't (R38). Compared in Postgres, so that two
 * changes at once can't miss each other.
 */
function newCount(period: BudgetRow["period"]) {
  const same = sql`${budgets.period} = ${JSON.stringify(period)}::jsonb`;
  return {
    generation: sql<number>`case when ${same} then ${budgets.generation} else ${budgets.generation} + 1 end`,
    countFrom: sql<"now">`case when ${same} then ${budgets.countFrom} else 'now' end`,
  };
}
