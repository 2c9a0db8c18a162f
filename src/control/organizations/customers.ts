import { and, asc, eq, gt } from "drizzle-orm";
import * as z from "zod";
import { customers } from "../../ledger/places-schema.ts";
import { budgets } from "../../ledger/policy-schema.ts";
import type { PolicyRef } from "../../services.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { organizationOf } from "../frame/access.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { fixed, label, shortText } from "../frame/fields.ts";
import { findCustomer, isCustomer } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, deleteUnreferenced } from "../frame/in-use.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { Problem } from "../frame/problem.ts";
import { existingOrganization } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { fullCustomerShape, customerShape } from "./place-shapes.ts";
import { type CustomerRow, customerView } from "./place-views.ts";

/** End users of the callers' apps, by the callers' own ids. One needs no row to be counted, only to be named or blocked. */
export function customerOperations(): Operation[] {
  return [list, create, show, change, remove];
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
const organization = { organization_id: shortText.optional() };
const oneQuery = z.strictObject(organization);
const listQuery = z.strictObject({ ...pageQuery, ...organization });
const listCursor = z.tuple([label]);

const list = operation({
  method: "GET",
  path: "/customers",
  summary: "List customers",
  description: "By id.",
  access: "organization",
  query: listQuery,
  answers: { 200: { what: "A page of customers", schema: pageShape(customerShape) } },
  async handle(c, { query }) {
    const after = decodeCursor(query.cursor, listCursor);
    const rows = await c.var.services.database
      .select()
      .from(customers)
      .where(
        and(
          eq(customers.organizationId, organizationOf(c, query.organization_id)),
          after && gt(customers.id, after[0]),
        ),
      )
      .orderBy(asc(customers.id))
      .limit(query.limit + 1);
    return json(pageOf(rows, query.limit, { view: customerView, cursor: (last) => [last.id] }));
  },
});

const create = operation({
  method: "POST",
  path: "/customers",
  summary: "Create a customer",
  access: "organization",
  body: post,
  example: { id: "acme", name: "Acme", blocked: false },
  answers: { 201: { what: "The customer", schema: customerShape } },
  async handle(c, { body, text }) {
    const { services } = c.var;
    return answerOnce(c, text, async (remember) => {
      const { database } = services;
      const organizationId = await existingOrganization(c, body.organization_id);
      if ((await database.$count(customers, isCustomer({ organizationId, id: body.id }))) > 0)
        throw new Problem("already_exists", "There is a customer of this id");
      const now = new Date(services.now());
      const row: CustomerRow = {
        organizationId,
        id: body.id,
        name: body.name ?? null,
        blocked: body.blocked ?? false,
        createdAt: now,
        updatedAt: now,
      };
      const documents = row.blocked ? documentsOf(row) : [];
      const answer = { status: 201, body: customerView(row), organizationId, documents };
      await commit(c, [
        database.insert(customers).values(row),
        ...documents.map((document) => raiseVersion(database, organizationId, document)),
        ...(await remember(answer)),
      ]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/customers/{id}",
  summary: "Get a customer with its budgets, live",
  access: "organization",
  query: oneQuery,
  answers: { 200: { what: "The customer", schema: fullCustomerShape } },
  async handle(c, { query }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const row = await findCustomer(services.database, organizationId, idOf(c));
    const under = await budgetsOfScope(services, organizationId, { kind: "customer", id: row.id });
    return json({ ...customerView(row), budgets: under });
  },
});

const change = operation({
  method: "PATCH",
  path: "/customers/{id}",
  summary: "Change a customer",
  description: "An absent field keeps its value, null clears it.",
  access: "organization",
  query: oneQuery,
  body: patch,
  example: { blocked: true },
  answers: { 200: { what: "The customer", schema: customerShape } },
  async handle(c, { query, body }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const { database } = services;
    const before = await findCustomer(services.database, organizationId, idOf(c));
    const blocked = body.blocked === null ? false : body.blocked;
    const documents = blocked === undefined ? [] : documentsOf(before);
    const [[row]] = await commit(c, [
      database
        .update(customers)
        .set({ name: body.name, blocked, updatedAt: new Date(services.now()) })
        .where(isCustomer(before))
        .returning(),
      ...documents.map((document) => raiseVersion(database, organizationId, document)),
    ]);
    await publishAll(services, organizationId, documents);
    return json(customerView(row ?? before));
  },
});

const remove = operation({
  method: "DELETE",
  path: "/customers/{id}",
  summary: "Delete a customer",
  description: "409 `in_use` where something refers to it.",
  access: "organization",
  query: oneQuery,
  answers: { 204: { what: "It is gone" } },
  async handle(c, { query }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const { database } = services;
    const row = await findCustomer(services.database, organizationId, idOf(c));
    const documents = documentsOf(row);
    await deleteUnreferenced(c, {
      table: customers,
      where: isCustomer(row),
      what: "customer",
      referrers: referrersOf(row),
      along: documents.map((document) => raiseVersion(database, organizationId, document)),
    });
    await publishAll(services, organizationId, documents);
    return noContent();
  },
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
