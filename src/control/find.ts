import { and, asc, eq, or } from "drizzle-orm";
import { counterName } from "../domain/charged-budgets.ts";
import type { ScopeRef } from "../domain/scope.ts";
import type { Database } from "../ledger/database.ts";
import { type BudgetRow, type KeyRow, budgetFromRow } from "../ledger/rows.ts";
import { budgets, keys, organizations } from "../ledger/schema.ts";
import type { Services } from "../services.ts";
import { badField, notFound } from "./problem.ts";
import { liveBudgetView } from "./views.ts";

// Reads that several resources share.

export async function findKey(database: Database, id: string): Promise<KeyRow> {
  const [row] = await database.select().from(keys).where(eq(keys.id, id));
  if (!row) throw notFound("key");
  return row;
}

export async function findBudget(database: Database, id: string): Promise<BudgetRow> {
  const [row] = await database.select().from(budgets).where(eq(budgets.id, id));
  if (!row) throw notFound("budget");
  return row;
}

/** A reference in a body to an organization that doesn't exist is a bad field. */
export async function requireOrganization(database: Database, id: string): Promise<void> {
  const [row] = await database
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, id));
  if (!row) throw badField("/organization_id", "is not an organization");
}

/** Every budget on these scopes, in the order of creation. */
export async function budgetsOn(
  database: Database,
  organizationId: string,
  scopes: ScopeRef[],
): Promise<BudgetRow[]> {
  const onScope = scopes.map(({ kind, id }) => and(eq(budgets.scopeKind, kind), eq(budgets.scopeId, id)));
  return database
    .select()
    .from(budgets)
    .where(and(eq(budgets.organizationId, organizationId), or(...onScope)))
    .orderBy(asc(budgets.id));
}

/** Budgets of one organization beside their live state. */
export async function liveViews(services: Services, organizationId: string, rows: BudgetRow[]) {
  if (rows.length === 0) return [];
  const charged = rows.map((row) => {
    const budget = budgetFromRow(row);
    return { budget, counter: counterName(budget) };
  });
  const live = await services.liveBudgets(organizationId, charged);
  return rows.map((row, i) => {
    const state = live.get(charged[i]?.counter ?? "");
    if (!state) throw new Error("the store left out a budget");
    return liveBudgetView(row, state);
  });
}
