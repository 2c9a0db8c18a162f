import type { Hono } from "hono";
import * as z from "zod";
import { counterName } from "../../domain/charged-budgets.ts";
import { budgetFromRow } from "../../ledger/rows.ts";
import type { ControlEnv } from "../frame/context.ts";
import { isNonEmpty } from "../books/entries.ts";
import { findBudget } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { pathId, readOptionalBody } from "../frame/input.ts";
import { liveView } from "./live-views.ts";
import { requireInstance } from "../frame/references.ts";
import { type Endpoint, endpoint, resource } from "../frame/routes.ts";

export function mountBudgetReset(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/budgets/:id/reset`, { POST: reset });
}

const body = z.strictObject({ instance: z.string().min(1).optional() });

/** Zeroes what the current period has spent, by a ledger entry; what is held stays held. */
const reset: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const row = await findBudget(services.database, pathId(c, "bud", "budget"));
  const { value, text } = await readOptionalBody(c, body);
  return answerOnce(c, text, async (remember) => {
    const { organizationId } = row;
    const { instance } = value;
    await requireInstance(services.database, row, instance);
    const budget = budgetFromRow(row);
    await services.resetBudget(organizationId, { budget, counter: counterName(budget, instance) });
    const view = await liveView(services, { row, instance });
    const answer = { status: 200, body: view, organizationId, documents: [] };
    // Reset and answer can't be stored in one step; a retry after a crash between them resets what came since, too.
    const statements = await remember(answer);
    if (isNonEmpty(statements)) await services.database.batch(statements);
    return answer;
  });
});
