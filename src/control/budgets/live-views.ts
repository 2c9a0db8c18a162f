import { inArray } from "drizzle-orm";
import { counterName } from "../../domain/charged-budgets.ts";
import type { Database } from "../../ledger/database.ts";
import { type AdjustmentRow, type BudgetRow, budgetFromRow } from "../../ledger/rows.ts";
import { adjustments } from "../../ledger/policy-schema.ts";
import type { LiveBudget, Services } from "../../services.ts";
import { liveBudgetView } from "./budget-views.ts";
import { countShadowRefusals } from "./shadow-refusals.ts";

/** A budget to show; `instance`: of a wildcard. */
export interface Shown {
  row: BudgetRow;
  instance?: string | undefined;
}

/** Budgets of one organization beside their live state, by the same numbers that the gate enforces (law 1). */
export async function liveViews(services: Services, organizationId: string, shown: Shown[]) {
  if (shown.length === 0) return [];
  const changes = await adjustmentsOf(services.database, shown);
  const asked = shown.map(({ row, instance }) => {
    const budget = budgetFromRow(row, changes);
    return { row, instance, budget, counter: counterName(budget, instance) };
  });
  const live = await services.liveBudgets(organizationId, asked);
  const refused = await shadowRefusals(services, organizationId, asked, live);
  return asked.map(({ row, instance, counter }) =>
    liveBudgetView(row, { ...stateOf(live, counter), instance, wouldRefuse: refused.get(counter) }),
  );
}

/** One budget beside its live state. */
export async function liveView(services: Services, shown: Shown) {
  const [view] = await liveViews(services, shown.row.organizationId, [shown]);
  return view;
}

async function adjustmentsOf(database: Database, shown: Shown[]): Promise<AdjustmentRow[]> {
  const ids = shown.map(({ row }) => row.id);
  return database.select().from(adjustments).where(inArray(adjustments.budgetId, ids));
}

/** By counter, of the shadow budgets. */
async function shadowRefusals(
  services: Services,
  organizationId: string,
  asked: { row: BudgetRow; counter: string }[],
  live: Map<string, LiveBudget>,
): Promise<Map<string, number>> {
  const shadows = asked.filter(({ row }) => row.enforcement === "shadow");
  if (shadows.length === 0) return new Map();
  await services.bringLedgerUpToDate(organizationId);
  const counts = await Promise.all(
    shadows.map(async ({ row, counter }) => {
      const period = { counter, periodStartMs: stateOf(live, counter).periodStartMs };
      return [counter, await countShadowRefusals(services.database, row, period)] as const;
    }),
  );
  return new Map(counts);
}

function stateOf(live: Map<string, LiveBudget>, counter: string): LiveBudget {
  const state = live.get(counter);
  if (!state) throw new Error("the store left out a budget");
  return state;
}
