import { and, asc, eq, gt } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { budgets, customers } from "../../ledger/schema.ts";
import type { PolicyRef } from "../../services.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { type ControlContext, type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { fixed, label, shortText } from "../frame/fields.ts";
import { findCustomer, isCustomer } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, inUse, unreferenced } from "../frame/in-use.ts";
import { readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { type CustomerRow, customerView } from "./place-views.ts";
import { publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { Problem } from "../frame/problem.ts";
import { requireOrganization } from "../frame/references.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

/** End users of the callers' apps, by the callers' own ids. One needs no row to be counted, only to be named or blocked. */
export function mountCustomers(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/customers`, { GET: list, POST: create });
  resource(app, `${base}/customers/:id`, { GET: show, PATCH: change, DELETE: remove });
}

const post = z.strictObject({
  id: label,
  organization_id: shortText.optional(),
  name: shortText.nullish(),
  blocked: z.boolean().nullish(),
});
const patch = z.strictObject({
  id: fixed,
  organization_id: fixed,
  name: shortText.nullish(),
  blocked: z.boolean().nullish(),
});
const organization = { organization_id: shortText.default(DEFAULT_ORGANIZATION_ID) };
const oneQuery = z.strictObject(organization);
const listQuery = z.strictObject({ ...pageQuery, ...organization });
const listCursor = z.tuple([label]);

/** By id. */
const list: Endpoint = endpointWithQuery(listQuery, async (c, query) => {
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await c.var.services.database
    .select()
    .from(customers)
    .where(and(eq(customers.organizationId, query.organization_id), after && gt(customers.id, after[0])))
    .orderBy(asc(customers.id))
    .limit(query.limit + 1);
  return json(pageOf(rows, query.limit, { view: customerView, cursor: (last) => [last.id] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { value, text } = await readBody(c, post);
  return answerOnce(c, text, async (remember) => {
    const { database } = services;
    const organizationId = value.organization_id ?? DEFAULT_ORGANIZATION_ID;
    await requireOrganization(database, organizationId);
    if ((await database.$count(customers, isCustomer({ organizationId, id: value.id }))) > 0)
      throw new Problem("already_exists", "There is a customer of this id");
    const now = new Date(services.now());
    const row: CustomerRow = {
      organizationId,
      id: value.id,
      name: value.name ?? null,
      blocked: value.blocked ?? false,
      createdAt: now,
      updatedAt: now,
    };
    const documents = row.blocked ? documentsOf(row) : [];
    const answer = { status: 201, body: customerView(row), organizationId, documents };
    await database.batch([
      database.insert(customers).values(row),
      ...documents.map((document) => raiseVersion(database, organizationId, document)),
      ...(await remember(answer)),
    ]);
    return answer;
  });
});

const show: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const row = await findCustomer(services.database, organization_id, idOf(c));
  const under = await budgetsOfScope(services, organization_id, { kind: "customer", id: row.id });
  return json({ ...customerView(row), budgets: under });
});

const change: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const { database } = services;
  const before = await findCustomer(database, organization_id, idOf(c));
  const { value } = await readBody(c, patch);
  const blocked = value.blocked === null ? false : value.blocked;
  const documents = blocked === undefined ? [] : documentsOf(before);
  const [[row]] = await database.batch([
    database
      .update(customers)
      .set({ name: value.name, blocked, updatedAt: new Date(services.now()) })
      .where(isCustomer(before))
      .returning(),
    ...documents.map((document) => raiseVersion(database, organization_id, document)),
  ]);
  await publishAll(services, organization_id, documents);
  return json(customerView(row ?? before));
});

const remove: Endpoint = endpointWithQuery(oneQuery, async (c, { organization_id }) => {
  const { services } = c.var;
  const { database } = services;
  const row = await findCustomer(database, organization_id, idOf(c));
  const documents = documentsOf(row);
  const referrers = referrersOf(row);
  const [gone] = await database.batch([
    database
      .delete(customers)
      .where(and(isCustomer(row), unreferenced(database, referrers)))
      .returning({ id: customers.id }),
    ...documents.map((document) => raiseVersion(database, organization_id, document)),
  ]);
  if (gone.length === 0) throw await inUse(database, "customer", referrers);
  await publishAll(services, organization_id, documents);
  return noContent();
});

/** Its own says that it is blocked, its organization's that some customers have a document of their own. */
function documentsOf({ organizationId, id }: CustomerRow): PolicyRef[] {
  return [scopeDocument("customer", id), scopeDocument("organization", organizationId)];
}

function referrersOf({ organizationId, id }: CustomerRow): Referrers {
  const onCustomer = and(
    eq(budgets.organizationId, organizationId),
    eq(budgets.scopeKind, "customer"),
    eq(budgets.scopeId, id),
  );
  return { budgets: { table: budgets, where: onCustomer } };
}

const idOf = (c: ControlContext) => c.req.param("id") ?? "";
