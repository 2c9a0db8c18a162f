import { and, eq, gt, isNull, or } from "drizzle-orm";
import * as z from "zod";
import { windowOf } from "../../domain/charged-budgets.ts";
import { newId } from "../../ids.ts";
import { type AdjustmentRow, type BudgetRow, budgetFromRow } from "../../ledger/rows.ts";
import { adjustments, budgets } from "../../ledger/policy-schema.ts";
import { type AtMost, atMost, orTooMany } from "../frame/at-most.ts";
import { commit } from "../frame/commit.ts";
import { moment, shortText } from "../frame/fields.ts";
import { findBudget } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, parseFields, pathId } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { budgetDocument, publishAll, raiseVersion } from "../frame/policies.ts";
import { badField, notFound } from "../frame/problem.ts";
import { pageShape } from "../frame/shapes.ts";
import { amountInput, signedAmountOf } from "./amounts.ts";
import { requireBudgetIsTeams } from "./budget-reach.ts";
import { adjustmentShape } from "./budget-shapes.ts";
import { adjustmentView } from "./budget-views.ts";

/** Raises (or lowers) one budget's limit for a while. They are part of its policy document, so none is lost (R59). */
export function adjustmentOperations(): Operation[] {
  return [list, create, remove];
}

/** Each call under the budget reads them all. */
const MAX_IN_FORCE = 100;

const settings = { until: moment.nullish(), reason: shortText.nullish() };

const list = operation({
  method: "GET",
  path: "/budgets/{id}/adjustments",
  summary: "List a budget's adjustments",
  description: "The newest first, those that are over among them.",
  access: "team",
  query: z.strictObject(pageQuery),
  answers: { 200: { what: "A page of adjustments", schema: pageShape(adjustmentShape) } },
  async handle(c, { query }) {
    const { database } = c.var.services;
    const budget = await findBudget(c, pathId(c, "bud", "budget"));
    const rows = await newestRows(database, adjustments, {
      query,
      id: idPattern("adj"),
      where: [eq(adjustments.budgetId, budget.id)],
    });
    const view = (row: AdjustmentRow) => adjustmentView(row, budget);
    return json(pageOf(rows, query.limit, { view, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/budgets/{id}/adjustments",
  summary: "Raise or lower a budget's limit for a while",
  description:
    "A negative amount lowers it. Without `until` it is over with the current period; of a `total` it is for good.",
  access: "team",
  body: z.strictObject({ amount: amountInput, ...settings }),
  example: { amount: "5.00", reason: "launch" },
  answers: { 201: { what: "The adjustment", schema: adjustmentShape } },
  async handle(c, { json: given, text }) {
    const { services } = c.var;
    const { database } = services;
    const budget = await findBudget(c, pathId(c, "bud", "budget"));
    requireBudgetIsTeams(c, budget);
    const { organizationId } = budget;
    const body = parseFields(z.strictObject({ amount: signedAmountOf(budget.unit), ...settings }), given);
    return answerOnce(c, text, async (remember) => {
      const now = new Date(services.now());
      if (body.until && body.until <= now) throw badField("/until", "is in the past");
      const bound = inForceOf(budget, now);
      const [lock, check] = atMost(database, bound);
      const row: AdjustmentRow = {
        id: newId("adj"),
        organizationId,
        budgetId: budget.id,
        amount: body.amount,
        until: body.until ?? endOfPeriod(budget, now),
        reason: body.reason ?? null,
        createdAt: now,
      };
      const document = budgetDocument(budget);
      const answer = {
        status: 201,
        body: adjustmentView(row, budget),
        organizationId,
        documents: [document],
      };
      const statements = [
        lock,
        database.insert(adjustments).values(row),
        check,
        raiseVersion(database, organizationId, document),
        ...(await remember(answer)),
      ] as const;
      await orTooMany(database, bound, commit(c, statements));
      return answer;
    });
  },
});

/** A total has no end, nor has its adjustment. */
function endOfPeriod(budget: BudgetRow, now: Date): Date | null {
  const { endMs } = windowOf(budgetFromRow(budget), now.getTime());
  return endMs === null ? null : new Date(endMs);
}

function inForceOf({ id }: BudgetRow, now: Date): AtMost {
  const inForce = or(isNull(adjustments.until), gt(adjustments.until, now));
  return {
    rows: { table: adjustments, where: and(eq(adjustments.budgetId, id), inForce) },
    max: MAX_IN_FORCE,
    owner: { table: budgets, id },
    detail: `A budget has at most ${MAX_IN_FORCE} adjustments in force`,
  };
}

const remove = operation({
  method: "DELETE",
  path: "/budgets/{id}/adjustments/{adjustment}",
  summary: "Take an adjustment back",
  access: "team",
  answers: { 204: { what: "The limit is without it from the next call on" } },
  async handle(c) {
    const { services } = c.var;
    const { database } = services;
    const budget = await findBudget(c, pathId(c, "bud", "budget"));
    requireBudgetIsTeams(c, budget);
    const id = pathId(c, "adj", "adjustment", "adjustment");
    const here = and(eq(adjustments.id, id), eq(adjustments.budgetId, budget.id));
    if ((await database.$count(adjustments, here)) === 0) throw notFound("adjustment");
    const document = budgetDocument(budget);
    await commit(c, [
      database.delete(adjustments).where(here),
      raiseVersion(database, budget.organizationId, document),
    ]);
    await publishAll(services, budget.organizationId, [document]);
    return noContent();
  },
});
