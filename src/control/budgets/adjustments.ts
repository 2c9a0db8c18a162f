import { and, desc, eq, gt, isNull, lt, or } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { windowOf } from "../../domain/charged-budgets.ts";
import { newId } from "../../ids.ts";
import type { Database } from "../../ledger/database.ts";
import { type AdjustmentRow, type BudgetRow, budgetFromRow } from "../../ledger/rows.ts";
import { adjustments } from "../../ledger/schema.ts";
import { signedAmountOf } from "./amounts.ts";
import { adjustmentView } from "./budget-views.ts";
import type { ControlEnv } from "../frame/context.ts";
import { moment, shortText } from "../frame/fields.ts";
import { findBudget } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, pathId, readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { budgetDocument, publishAll, raiseVersion } from "../frame/policies.ts";
import { Problem, badField, notFound } from "../frame/problem.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

/** Raises (or lowers) one budget's limit for a while. They are part of its policy document, so none is lost (R59). */
export function mountAdjustments(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/budgets/:id/adjustments`, { GET: list, POST: create });
  resource(app, `${base}/budgets/:id/adjustments/:adjustment`, { DELETE: remove });
}

/** Each call under the budget reads them all. */
const MAX_IN_FORCE = 100;

const listCursor = z.tuple([z.string().regex(idPattern("adj"))]);

/** The newest first. */
const list: Endpoint = endpointWithQuery(z.strictObject(pageQuery), async (c, query) => {
  const { database } = c.var.services;
  const budget = await findBudget(database, pathId(c, "bud", "budget"));
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await database
    .select()
    .from(adjustments)
    .where(and(eq(adjustments.budgetId, budget.id), after && lt(adjustments.id, after[0])))
    .orderBy(desc(adjustments.id))
    .limit(query.limit + 1);
  const view = (row: AdjustmentRow) => adjustmentView(row, budget);
  return json(pageOf(rows, query.limit, { view, cursor: (last) => [last.id] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const budget = await findBudget(database, pathId(c, "bud", "budget"));
  const { organizationId } = budget;
  const body = z.strictObject({
    amount: signedAmountOf(budget.unit),
    until: moment.nullish(),
    reason: shortText.nullish(),
  });
  const { value, text } = await readBody(c, body);
  return answerOnce(c, text, async (remember) => {
    const now = new Date(services.now());
    if (value.until && value.until <= now) throw badField("/until", "is in the past");
    await refuseTooMany(database, budget, now);
    const row: AdjustmentRow = {
      id: newId("adj"),
      organizationId,
      budgetId: budget.id,
      amount: value.amount,
      until: value.until ?? endOfPeriod(budget, now),
      reason: value.reason ?? null,
      createdAt: now,
    };
    const document = budgetDocument(budget);
    const answer = {
      status: 201,
      body: adjustmentView(row, budget),
      organizationId,
      documents: [document],
    };
    await database.batch([
      database.insert(adjustments).values(row),
      raiseVersion(database, organizationId, document),
      ...(await remember(answer)),
    ]);
    return answer;
  });
});

/** A total has no end, nor has its adjustment. */
function endOfPeriod(budget: BudgetRow, now: Date): Date | null {
  const { endMs } = windowOf(budgetFromRow(budget), now.getTime());
  return endMs === null ? null : new Date(endMs);
}

async function refuseTooMany(database: Database, { id }: BudgetRow, now: Date): Promise<void> {
  const inForce = or(isNull(adjustments.until), gt(adjustments.until, now));
  const count = await database.$count(adjustments, and(eq(adjustments.budgetId, id), inForce));
  if (count >= MAX_IN_FORCE)
    throw new Problem("too_many", `A budget has at most ${MAX_IN_FORCE} adjustments in force`);
}

const remove: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const budget = await findBudget(database, pathId(c, "bud", "budget"));
  const id = pathId(c, "adj", "adjustment", "adjustment");
  const here = and(eq(adjustments.id, id), eq(adjustments.budgetId, budget.id));
  if ((await database.$count(adjustments, here)) === 0) throw notFound("adjustment");
  const document = budgetDocument(budget);
  await database.batch([
    database.delete(adjustments).where(here),
    raiseVersion(database, budget.organizationId, document),
  ]);
  await publishAll(services, budget.organizationId, [document]);
  return noContent();
});
