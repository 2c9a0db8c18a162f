import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Hono } from "hono";
import { z } from "zod";
import type { ScopeRef } from "../domain/scope.ts";
import { newId } from "../ids.ts";
import type { Database } from "../ledger/database.ts";
import type { BudgetRow } from "../ledger/rows.ts";
import { budgets, keys } from "../ledger/schema.ts";
import { type BudgetCreation, DEFAULT_ALERT_AT, budgetPatch, budgetPost } from "./budget-input.ts";
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
  const period = value.period?.(before.createdAt);
  const document = scopeDocument(before.scopeKind, before.scopeId);
  const [[row]] = await database.batch([
    database
      .update(budgets)
      .set({
        updatedAt: new Date(services.now()),
        ...(value.limit === undefined ? {} : { limit: value.limit }),
        ...(value.name === undefined ? {} : { name: value.name }),
        ...(value.on_lapse === undefined ? {} : { onLapse: value.on_lapse ?? "charge" }),
        ...(value.alert_at === undefined ? {} : { alertAt: value.alert_at ?? DEFAULT_ALERT_AT }),
        ...(period === undefined ? {} : { period, generation: generationWith(period) }),
      })
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

/** Compared in Postgres, so that two changes at once can't miss each other. */
function generationWith(period: BudgetRow["period"]) {
  const same = sql`${budgets.period} = ${JSON.stringify(period)}::jsonb`;
  return sql<number>`case when ${same} then ${budgets.generation} else ${budgets.generation} + 1 end`;
}

export function newBudgetRow(
  input: BudgetCreation,
  organizationId: string,
  scope: ScopeRef,
  now: Date,
): BudgetRow {
  return {
    id: newId("bud"),
    organizationId,
    scopeKind: scope.kind,
    scopeId: scope.id,
    unit: input.unit ?? "usd",
    limit: input.limit,
    period: input.period(now),
    models: null,
    enforcement: input.enforcement ?? "hard",
    onLapse: input.on_lapse ?? "charge",
    onStoreOutage: input.on_store_outage ?? "closed",
    countFrom: input.count_from ?? "now",
    alertAt: input.alert_at ?? DEFAULT_ALERT_AT,
    name: input.name ?? null,
    generation: 1,
    createdAt: now,
    updatedAt: now,
  };
}

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
