import { eq } from "drizzle-orm";
import * as z from "zod";
import { newId } from "../../ids.ts";
import { webhookEndpoints } from "../../ledger/alert-schema.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { ledgerEntries } from "../../ledger/books-schema.ts";
import { customers, organizations, teams, users } from "../../ledger/places-schema.ts";
import { budgets, keys } from "../../ledger/policy-schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { commit } from "../frame/commit.ts";
import { DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import type { ControlContext } from "../frame/context.ts";
import { modelAliases, shortText } from "../frame/fields.ts";
import { findOrganization } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, deleteUnreferenced } from "../frame/in-use.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { Problem, notFound } from "../frame/problem.ts";
import { pageShape } from "../frame/shapes.ts";
import { fullOrganizationShape, organizationShape } from "./place-shapes.ts";
import { type OrganizationRow, organizationView } from "./place-views.ts";

export function organizationOperations(): Operation[] {
  return [list, create, show, change, remove];
}

/** `org_default` and ids we made. */
const ID = /^org_[0-9a-z]{1,40}$/;

const post = z.strictObject({ name: shortText, model_aliases: modelAliases.nullish() });
const patch = z.strictObject({ name: shortText.optional(), model_aliases: modelAliases.nullish() });

const list = operation({
  method: "GET",
  path: "/organizations",
  summary: "List organizations",
  description: "The newest first; the default one, whose id is a word, before all.",
  access: "organization",
  query: z.strictObject(pageQuery),
  answers: { 200: { what: "A page of organizations", schema: pageShape(organizationShape) } },
  async handle(c, { query }) {
    const own = c.var.principal.organizationId;
    const rows = await newestRows(c.var.services.database, organizations, {
      query,
      id: ID,
      where: [own === null ? undefined : eq(organizations.id, own)],
    });
    return json(pageOf(rows, query.limit, { view: organizationView, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/organizations",
  summary: "Create an organization",
  access: "deployment",
  body: post,
  example: { name: "Acme" },
  answers: { 201: { what: "The organization", schema: organizationShape } },
  async handle(c, { body, text }) {
    const { services } = c.var;
    return answerOnce(c, text, async (remember) => {
      const now = new Date(services.now());
      const row: OrganizationRow = {
        id: newId("org"),
        name: body.name,
        modelAliases: body.model_aliases ?? null,
        createdAt: now,
        updatedAt: now,
      };
      const answer = { status: 201, body: organizationView(row), organizationId: row.id, documents: [] };
      await commit(c, [services.database.insert(organizations).values(row), ...(await remember(answer))]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/organizations/{id}",
  summary: "Get an organization with its budgets, live",
  access: "organization",
  answers: { 200: { what: "The organization", schema: fullOrganizationShape } },
  async handle(c) {
    const { services } = c.var;
    const row = await findOrganization(c, idOf(c));
    const scope = { kind: "organization", id: row.id } as const;
    return json({ ...organizationView(row), budgets: await budgetsOfScope(services, row.id, scope) });
  },
});

/** The aliases are part of the organization's document. */
const change = operation({
  method: "PATCH",
  path: "/organizations/{id}",
  summary: "Change an organization",
  description: "An absent field keeps its value, null clears it.",
  access: "organization",
  body: patch,
  example: { name: "Acme, Inc.", model_aliases: { fast: "openai/gpt-4o-mini" } },
  answers: { 200: { what: "The organization", schema: organizationShape } },
  async handle(c, { body }) {
    const { services } = c.var;
    const { database } = services;
    const id = idOf(c);
    const before = await findOrganization(c, id);
    const document = scopeDocument("organization", id);
    const columns = { name: body.name, modelAliases: body.model_aliases };
    const [[row]] = await commit(c, [
      database
        .update(organizations)
        .set({ ...columns, updatedAt: new Date(services.now()) })
        .where(eq(organizations.id, id))
        .returning(),
      raiseVersion(database, id, document),
    ]);
    await publishAll(services, id, [document]);
    return json(organizationView(row ?? before));
  },
});

const remove = operation({
  method: "DELETE",
  path: "/organizations/{id}",
  summary: "Delete an organization",
  description: "409 `in_use` where something refers to it.",
  access: "deployment",
  answers: { 204: { what: "It is gone" } },
  async handle(c) {
    const { id } = await findOrganization(c, idOf(c));
    if (id === DEFAULT_ORGANIZATION_ID) throw new Problem("in_use", "The default organization stays");
    const where = eq(organizations.id, id);
    const referrers = referrersOf(id);
    await deleteUnreferenced(c, { table: organizations, where, what: "organization", referrers });
    return noContent();
  },
});

/** Its ledger is for good: an organization that ever spent anything stays. */
function referrersOf(id: string): Referrers {
  return {
    teams: { table: teams, where: eq(teams.organizationId, id) },
    users: { table: users, where: eq(users.organizationId, id) },
    customers: { table: customers, where: eq(customers.organizationId, id) },
    keys: { table: keys, where: eq(keys.organizationId, id) },
    budgets: { table: budgets, where: eq(budgets.organizationId, id) },
    webhooks: { table: webhookEndpoints, where: eq(webhookEndpoints.organizationId, id) },
    providers: { table: providerCredentials, where: eq(providerCredentials.organizationId, id) },
    ledger_entries: { table: ledgerEntries, where: eq(ledgerEntries.organizationId, id) },
  };
}

function idOf(c: ControlContext): string {
  const id = c.req.param("id") ?? "";
  if (!ID.test(id)) throw notFound("organization");
  return id;
}
