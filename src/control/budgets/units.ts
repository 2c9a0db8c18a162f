import { inArray } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { Unit } from "../../domain/charged-budgets.ts";
import type { Database } from "../../ledger/database.ts";
import { budgets, deletedBudgets } from "../../ledger/policy-schema.ts";

/** The unit of a budget, by its id. */
export type UnitOf = (budgetId: string) => Unit;

/** What the amounts in these budgets are counted in, also in those that are gone: the ledger has amounts, but no units. */
export async function unitsOf(database: Database, budgetIds: string[]): Promise<UnitOf> {
  const ids = [...new Set(budgetIds)];
  if (ids.length === 0) return () => "usd";
  const rows = await unionAll(
    database.select({ id: budgets.id, unit: budgets.unit }).from(budgets).where(inArray(budgets.id, ids)),
    database
      .select({ id: deletedBudgets.id, unit: deletedBudgets.unit })
      .from(deletedBudgets)
      .where(inArray(deletedBudgets.id, ids)),
  );
  const units = new Map(rows.map(({ id, unit }) => [id, unit]));
  return (id) => units.get(id) ?? "usd"; // One that was deleted before this table was made counted usd.
}
