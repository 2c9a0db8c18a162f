import { and, desc, eq, lt } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { newId } from "../../ids.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { budgets, customers, keys, ledgerEntries, organizations, teams, users } from "../../ledger/schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { type ControlContext, type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { modelAliases, shortText } from "../frame/fields.ts";
import { findOrganization } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, inUse, unreferenced } from "../frame/in-use.ts";
import { readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { type OrganizationRow, organizationView } from "./place-views.ts";
import { publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { Problem, notFound } from "../frame/problem.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

export function mountOrganizations(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/organizations`, { GET: list, POST: create });
  resource(app, `${base}/organizations/:id`, { GET: show, PATCH: change, DELETE: remove });
}

/** `org_default` and ids we made. */
const ID = /^org_[0-9a-z]{1,40}$/;

const post = z.strictObject({ name: shortText, model_aliases: modelAliases.nullish() });
const patch = z.strictObject({ name: shortText.optional(), model_aliases: modelAliases.nullish() });
const listCursor = z.tuple([z.string().regex(ID)]);

/** The newest first; the default one, whose id is a word, comes before all. */
const list: Endpoint = endpointWithQuery(z.strictObject(pageQuery), async (c, query) => {
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await c.var.services.database
    .select()
    .from(organizations)
    .where(after && lt(organizations.id, after[0]))
    .orderBy(desc(organizations.id))
    .limit(query.limit + 1);
  return json(pageOf(rows, query.limit, { view: organizationView, cursor: (last) => [last.id] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { value, text } = await readBody(c, post);
  return answerOnce(c, text, async (remember) => {
    const now = new Date(services.now());
    const row: OrganizationRow = {
      id: newId("org"),
      name: value.name,
      modelAliases: value.model_aliases ?? null,
      createdAt: now,
      updatedAt: now,
    };
    const answer = { status: 201, body: organizationView(row), organizationId: row.id, documents: [] };
    await services.database.batch([
      services.database.insert(organizations).values(row),
      ...(await remember(answer)),
    ]);
    return answer;
  });
});

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const row = await findOrganization(services.database, idOf(c));
  const scope = { kind: "organization", id: row.id } as const;
  return json({ ...organizationView(row), budgets: await budgetsOfScope(services, row.id, scope) });
});

/** The aliases are part of the organization's document. */
const change: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const id = idOf(c);
  const { value } = await readBody(c, patch);
  const before = await findOrganization(database, id);
  const document = scopeDocument("organization", id);
  const columns = { name: value.name, modelAliases: value.model_aliases };
  const [[row]] = await database.batch([
    database
      .update(organizations)
      .set({ ...columns, updatedAt: new Date(services.now()) })
      .where(eq(organizations.id, id))
      .returning(),
    raiseVersion(database, id, document),
  ]);
  await publishAll(services, id, [document]);
  return json(organizationView(row ?? before));
});

const remove: Endpoint = endpoint(async (c) => {
  const { database } = c.var.services;
  const { id } = await findOrganization(database, idOf(c));
  if (id === DEFAULT_ORGANIZATION_ID) throw new Problem("in_use", "The default organization stays");
  const referrers = referrersOf(id);
  const gone = await database
    .delete(organizations)
    .where(and(eq(organizations.id, id), unreferenced(database, referrers)))
    .returning({ id: organizations.id });
  if (gone.length === 0) throw await inUse(database, "organization", referrers);
  return noContent();
});

/** Its ledger is for good: an organization that ever spent anything stays. */
function referrersOf(id: string): Referrers {
  return {
    teams: { table: teams, where: eq(teams.organizationId, id) },
    users: { table: users, where: eq(users.organizationId, id) },
    customers: { table: customers, where: eq(customers.organizationId, id) },
    keys: { table: keys, where: eq(keys.organizationId, id) },
    budgets: { table: budgets, where: eq(budgets.organizationId, id) },
    providers: { table: providerCredentials, where: eq(providerCredentials.organizationId, id) },
    ledger_entries: { table: ledgerEntries, where: eq(ledgerEntries.organizationId, id) },
  };
}

function idOf(c: ControlContext): string {
  const id = c.req.param("id") ?? "";
  if (!ID.test(id)) throw notFound("organization");
  return id;
}
