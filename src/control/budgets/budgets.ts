import { eq } from "drizzle-orm";
import * as z from "zod";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { budgets, deletedBudgets } from "../../ledger/policy-schema.ts";
import { organizationOf } from "../frame/access.ts";
import { commit } from "../frame/commit.ts";
import { shortText } from "../frame/fields.ts";
import { findBudget } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, parseFields, pathId } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { budgetDocument, budgetDocuments, publishAll, raiseVersion } from "../frame/policies.ts";
import { requireBudgetScope, requireInstance, existingOrganization } from "../frame/references.ts";
import { anyBudgetPatch, budgetPatch, budgetPost, refuseMisplaced } from "./budget-input.ts";
import { ofTeam, requireBesideEach, requireBudgetIsTeams, requireScopeIsTeams } from "./budget-reach.ts";
import { newBudgetRow, columnsOf } from "./budget-rows.ts";
import { budgetPageShape, liveBudgetShape } from "./budget-shapes.ts";
import { budgetView, newBudgetView } from "./budget-views.ts";
import { liveView } from "./live-views.ts";
import { openBalance } from "./opening-balance.ts";

export function budgetOperations(): Operation[] {
  return [list, create, show, change, remove];
}

const list = operation({
  method: "GET",
  path: "/budgets",
  summary: "List budgets",
  description: "The newest first, without their live numbers.",
  access: "team",
  query: z.strictObject({ ...pageQuery, organization_id: shortText.optional() }),
  answers: { 200: { what: "A page of budgets", schema: budgetPageShape } },
  async handle(c, { query }) {
    const { database } = c.var.services;
    const { teamId } = c.var.principal;
    const rows = await newestRows(database, budgets, {
      query,
      id: idPattern("bud"),
      where: [
        eq(budgets.organizationId, organizationOf(c, query.organization_id)),
        teamId === null ? undefined : ofTeam(database, teamId),
      ],
    });
    return json(pageOf(rows, query.limit, { view: budgetView, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/budgets",
  summary: "Create a budget",
  description: 'On one scope, or with the id "*" on each of a kind.',
  access: "team",
  body: budgetPost,
  example: {
    scope: { kind: "customer", id: "*" },
    unit: "usd",
    limit: "5.00",
    period: { kind: "month", timezone: "Europe/Berlin" },
    models: ["openai/*"],
  },
  answers: { 201: { what: "The budget", schema: liveBudgetShape } },
  async handle(c, { body, text }) {
    return answerOnce(c, text, async (remember) => {
      const { services } = c.var;
      const { database } = services;
      const organizationId = await existingOrganization(c, body.organization_id);
      await requireBudgetScope(database, organizationId, body.scope);
      await requireScopeIsTeams(c, body.scope);
      const now = new Date(services.now());
      const row = newBudgetRow(body, organizationId, body.scope, now);
      await requireBesideEach(c, row);
      const opening = await openBalance(services, row);
      const documents = budgetDocuments(row);
      const answer = {
        status: 201,
        body: newBudgetView(row, now.getTime(), opening),
        organizationId,
        documents,
      };
      await commit(c, [
        database.insert(budgets).values(row),
        ...documents.map((document) => raiseVersion(database, organizationId, document)),
        ...(await remember(answer)),
      ]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/budgets/{id}",
  summary: "Get a budget, live",
  description: 'A budget for each ("*") has numbers for one `instance` at a time: without one it has none.',
  access: "team",
  query: z.strictObject({ instance: z.string().min(1).optional() }),
  answers: { 200: { what: "The budget", schema: liveBudgetShape } },
  async handle(c, { query: { instance } }) {
    const { services } = c.var;
    const row = await findBudget(c, pathId(c, "bud", "budget"));
    if (row.scopeId === WILDCARD && instance === undefined) return json(budgetView(row));
    await requireInstance(services.database, row, instance);
    return json(await liveView(services, { row, instance }));
  },
});

const change = operation({
  method: "PATCH",
  path: "/budgets/{id}",
  summary: "Change a budget",
  description:
    "A new limit keeps the spend. A new period starts a new count; the same period again doesn't. Holds from the next call on.",
  access: "team",
  body: anyBudgetPatch,
  example: { limit: "20.00", alert_at: [0.9, 1] },
  answers: { 200: { what: "The budget", schema: liveBudgetShape } },
  async handle(c, { json: given }) {
    const { services } = c.var;
    const { database } = services;
    const before = await findBudget(c, pathId(c, "bud", "budget"));
    requireBudgetIsTeams(c, before);
    const body = parseFields(budgetPatch(before.unit), given);
    refuseMisplaced({ scope: { kind: before.scopeKind, id: before.scopeId }, unit: before.unit }, body);
    const columns = columnsOf(body, before.createdAt);
    if (columns.period && columns.period.kind !== before.period.kind)
      await requireBesideEach(c, { ...before, period: columns.period });
    const document = budgetDocument(before);
    const [[row]] = await commit(c, [
      database
        .update(budgets)
        .set({ ...columns, updatedAt: new Date(services.now()) })
        .where(eq(budgets.id, before.id))
        .returning(),
      raiseVersion(database, before.organizationId, document),
    ]);
    await publishAll(services, before.organizationId, [document]);
    const after = row ?? (await findBudget(c, before.id)); // Deleted meanwhile: that is a 404.
    return json(after.scopeId === WILDCARD ? budgetView(after) : await liveView(services, { row: after }));
  },
});

const remove = operation({
  method: "DELETE",
  path: "/budgets/{id}",
  summary: "Delete a budget",
  description: "What was counted in it stays in the ledger.",
  access: "team",
  answers: { 204: { what: "The next call isn't held to it" } },
  async handle(c) {
    const { services } = c.var;
    const { database } = services;
    const row = await findBudget(c, pathId(c, "bud", "budget"));
    requireBudgetIsTeams(c, row);
    const documents = budgetDocuments(row);
    await commit(c, [
      database
        .insert(deletedBudgets)
        .values({ id: row.id, organizationId: row.organizationId, unit: row.unit })
        .onConflictDoNothing(),
      database.delete(budgets).where(eq(budgets.id, row.id)),
      ...documents.map((document) => raiseVersion(database, row.organizationId, document)),
    ]);
    await publishAll(services, row.organizationId, documents);
    return noContent();
  },
});
