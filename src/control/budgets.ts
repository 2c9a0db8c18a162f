import { and, desc, eq, lt } from "drizzle-orm";
import type { Hono } from "hono";
import { z } from "zod";
import type { ScopeRef } from "../domain/scope.ts";
import type { Database } from "../ledger/database.ts";
import { budgets, keys } from "../ledger/schema.ts";
import { budgetPatch, budgetPost } from "./budget-input.ts";
import { columnsOf, newBudgetRow } from "./budget-rows.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "./context.ts";
import { shortText } from "./fields.ts";
import { findBudget, liveViews, requireOrganization } from "./find.ts";
import { answerOnce } from "./idempotency.ts";
import { idPattern, pathId, readBody } from "./input.ts";
import { decodeCursor, pageOf, pageQuery } from "./pages.ts";
import { publishAll, raiseVersion, scopeDocument } from "./policies.ts";
import { badField } from "./problem.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "./routes.ts";
import { budgetView, newBudgetView } from "./views.ts";

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
    await requireScope(database, organizationId, value.scope);
    const now = new Date(services.now());
    const row = newBudgetRow(value, organizationId, value.scope, now);
    const documents = [scopeDocument(row.scopeKind, row.scopeId)];
    const answer = { status: 201, body: newBudgetView(row, now.getTime()), organizationId, documents };
    await database.batch([
      database.insert(budgets).values(row),
      ...documents.map((document) => raiseVersion(database, organizationId, document)),
      ...(await remember(answer)),
    ]);
    return answer;
  });
});

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const row = await findBudget(services.database, pathId(c, "bud", "budget"));
  const [view] = await liveViews(services, row.organizationId, [row]);
  return json(view);
});

/** A new limit keeps the spend. A new period starts a new count; the same period again doesn't (R38). */
const change: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const id = pathId(c, "bud", "budget");
  const { value } = await readBody(c, budgetPatch);
  const before = await findBudget(database, id);
  const document = scopeDocument(before.scopeKind, before.scopeId);
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
  const [view] = await liveViews(services, after.organizationId, [after]);
  return json(view);
});

const remove: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const row = await findBudget(database, pathId(c, "bud", "budget"));
  const document = scopeDocument(row.scopeKind, row.scopeId);
  await database.batch([
    database.delete(budgets).where(eq(budgets.id, row.id)),
    raiseVersion(database, row.organizationId, document),
  ]);
  await publishAll(services, row.organizationId, [document]);
  return noContent();
});

/** A scope outside the organization is as unknown as one that doesn't exist. */
async function requireScope(database: Database, organizationId: string, scope: ScopeRef): Promise<void> {
  if (scope.kind === "organization") {
    if (scope.id !== organizationId) throw badField("/scope/id", "is not the budget's organization");
    return;
  }
  const [key] = await database
    .select({ id: keys.id })
    .from(keys)
    .where(and(eq(keys.id, scope.id), eq(keys.organizationId, organizationId)));
  if (!key) throw badField("/scope/id", "is not a key of this organization");
}
