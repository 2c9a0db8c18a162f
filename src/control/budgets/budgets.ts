import { and, desc, eq, lt } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { budgets, deletedBudgets } from "../../ledger/schema.ts";
import { budgetPatch, budgetPost, refuseMisplaced } from "./budget-input.ts";
import { columnsOf, newBudgetRow } from "./budget-rows.ts";
import { budgetView, newBudgetView } from "./budget-views.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { findBudget } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, pathId, readBody } from "../frame/input.ts";
import { liveView } from "./live-views.ts";
import { openBalance } from "./opening-balance.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { budgetDocument, budgetDocuments, publishAll, raiseVersion } from "../frame/policies.ts";
import { requireBudgetScope, requireInstance, requireOrganization } from "../frame/references.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

export function mountBudgets(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/budgets`, { GET: list, POST: create });
  resource(app, `${base}/budgets/:id`, { GET: show, PATCH: change, DELETE: remove });
}

const listQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
});
const listCursor = z.tuple([z.string().regex(idPattern("bud"))]);

/** The newest first. */
const list: Endpoint = endpointWithQuery(listQuery, async (c, query) => {
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await c.var.services.database
    .select()
    .from(budgets)
    .where(and(eq(budgets.organizationId, query.organization_id), after && lt(budgets.id, after[0])))
    .orderBy(desc(budgets.id))
    .limit(query.limit + 1);
  return json(pageOf(rows, query.limit, { view: budgetView, cursor: (last) => [last.id] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { value, text } = await readBody(c, budgetPost);
  return answerOnce(c, text, async (remember) => {
    const { database } = services;
    const organizationId = value.organization_id ?? DEFAULT_ORGANIZATION_ID;
    await requireOrganization(database, organizationId);
    await requireBudgetScope(database, organizationId, value.scope);
    const now = new Date(services.now());
    const row = newBudgetRow(value, organizationId, value.scope, now);
    const opening = await openBalance(services, row);
    const documents = budgetDocuments(row);
    const answer = {
      status: 201,
      body: newBudgetView(row, now.getTime(), opening),
      organizationId,
      documents,
    };
    await database.batch([
      database.insert(budgets).values(row),
      ...documents.map((document) => raiseVersion(database, organizationId, document)),
      ...(await remember(answer)),
    ]);
    return answer;
  });
});

const showQuery = z.strictObject({ instance: z.string().min(1).optional() });

/** A budget for each ("*") is live for one instance: without one it has no numbers. */
const show: Endpoint = endpointWithQuery(showQuery, async (c, { instance }) => {
  const { services } = c.var;
  const row = await findBudget(services.database, pathId(c, "bud", "budget"));
  if (row.scopeId === WILDCARD && instance === undefined) return json(budgetView(row));
  await requireInstance(services.database, row, instance);
  return json(await liveView(services, { row, instance }));
});

/** A new limit keeps the spend. A new period starts a new count; the same period again doesn't (R38). */
const change: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const id = pathId(c, "bud", "budget");
  const before = await findBudget(database, id);
  const { value } = await readBody(c, budgetPatch(before.unit));
  refuseMisplaced({ scope: { kind: before.scopeKind, id: before.scopeId }, unit: before.unit }, value);
  const document = budgetDocument(before);
  const [[row]] = await database.batch([
    database
      .update(budgets)
      .set({ ...columnsOf(value, before.createdAt), updatedAt: new Date(services.now()) })
      .where(eq(budgets.id, id))
      .returning(),
    raiseVersion(database, before.organizationId, document),
  ]);
  await publishAll(services, before.organizationId, [document]);
  const after = row ?? (await findBudget(database, id)); // Deleted meanwhile: that is a 404.
  return json(after.scopeId === WILDCARD ? budgetView(after) : await liveView(services, { row: after }));
});

const remove: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const row = await findBudget(database, pathId(c, "bud", "budget"));
  const documents = budgetDocuments(row);
  await database.batch([
    database
      .insert(deletedBudgets)
      .values({ id: row.id, organizationId: row.organizationId, unit: row.unit })
      .onConflictDoNothing(),
    database.delete(budgets).where(eq(budgets.id, row.id)),
    ...documents.map((document) => raiseVersion(database, row.organizationId, document)),
  ]);
  await publishAll(services, row.organizationId, documents);
  return noContent();
});
