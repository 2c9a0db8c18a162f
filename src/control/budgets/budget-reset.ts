import * as z from "zod";
import { counterName } from "../../domain/charged-budgets.ts";
import { budgetFromRow } from "../../ledger/rows.ts";
import { auditAction } from "../frame/audit-action.ts";
import { commit } from "../frame/commit.ts";
import { findBudget } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { pathId } from "../frame/input.ts";
import { type Operation, operation } from "../frame/operation.ts";
import { requireInstance } from "../frame/references.ts";
import { requireBudgetIsTeams } from "./budget-reach.ts";
import { liveBudgetShape } from "./budget-shapes.ts";
import { liveView } from "./live-views.ts";

export function budgetResetOperations(): Operation[] {
  return [reset];
}

const reset = operation({
  method: "POST",
  path: "/budgets/{id}/reset",
  summary: "Zero what a budget's current period has spent",
  description:
    "By a ledger entry, so that the ledger still sums to what is enforced. What is held stays held.",
  access: "team",
  optionalBody: true,
  body: z.strictObject({ instance: z.string().min(1).optional() }),
  example: {},
  answers: { 200: { what: "The budget, live", schema: liveBudgetShape } },
  async handle(c, { body: { instance }, text }) {
    const { services } = c.var;
    const row = await findBudget(c, pathId(c, "bud", "budget"));
    requireBudgetIsTeams(c, row);
    return answerOnce(c, text, async (remember) => {
      const { organizationId } = row;
      await requireInstance(services.database, row, instance);
      const budget = budgetFromRow(row);
      const counter = counterName(budget, instance);
      await services.resetBudget(organizationId, { budget, counter });
      const view = await liveView(services, { row, instance });
      const answer = { status: 200, body: view, organizationId, documents: [] };
      const audited = auditAction(c, {
        organizationId,
        action: "reset",
        resource: "budgets",
        resourceId: row.id,
        after: { instance: instance ?? null },
      });
      // Reset and answer can't be stored in one step; a retry after a crash between them resets what came since, too.
      await commit(c, [audited, ...(await remember(answer))]);
      return answer;
    });
  },
});
