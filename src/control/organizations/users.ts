import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { newId } from "../../ids.ts";
import type { Database } from "../../ledger/database.ts";
import { budgets, keys, teamMembers, users } from "../../ledger/schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { fixed, shortText } from "../frame/fields.ts";
import { findUser } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, inUse, unreferenced } from "../frame/in-use.ts";
import { idPattern, pathId, readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { type UserRow, userView } from "./place-views.ts";
import { Problem } from "../frame/problem.ts";
import { requireOrganization } from "../frame/references.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

export function mountUsers(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/users`, { GET: list, POST: create });
  resource(app, `${base}/users/:id`, { GET: show, PATCH: change, DELETE: remove });
}

const MAX_EMAIL_LENGTH = 320; // RFC 3696, erratum 1690.

const settings = {
  external_id: shortText.nullish(),
  email: z.email().max(MAX_EMAIL_LENGTH).nullish(),
  name: shortText.nullish(),
};
const post = z.strictObject({ ...settings, organization_id: shortText.optional() });
const patch = z.strictObject({ ...settings, organization_id: fixed });
const listQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
});
const listCursor = z.tuple([z.string().regex(idPattern("user"))]);

/** The newest first. */
const list: Endpoint = endpointWithQuery(listQuery, async (c, query) => {
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await c.var.services.database
    .select()
    .from(users)
    .where(and(eq(users.organizationId, query.organization_id), after && lt(users.id, after[0])))
    .orderBy(desc(users.id))
    .limit(query.limit + 1);
  return json(pageOf(rows, query.limit, { view: userView, cursor: (last) => [last.id] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { value, text } = await readBody(c, post);
  return answerOnce(c, text, async (remember) => {
    const { database } = services;
    const organizationId = value.organization_id ?? DEFAULT_ORGANIZATION_ID;
    await requireOrganization(database, organizationId);
    const now = new Date(services.now());
    await refuseTakenId(database, organizationId, value.external_id);
    const row: UserRow = {
      id: newId("user"),
      organizationId,
      externalId: value.external_id ?? null,
      email: value.email ?? null,
      name: value.name ?? null,
      createdAt: now,
      updatedAt: now,
    };
    const answer = { status: 201, body: userView(row), organizationId, documents: [] };
    await database.batch([database.insert(users).values(row), ...(await remember(answer))]);
    return answer;
  });
});

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const row = await findUser(services.database, pathId(c, "user", "user"));
  const scope = { kind: "user", id: row.id } as const;
  return json({ ...userView(row), budgets: await budgetsOfScope(services, row.organizationId, scope) });
});

const change: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const id = pathId(c, "user", "user");
  const { value } = await readBody(c, patch);
  const before = await findUser(database, id);
  if (value.external_id !== before.externalId)
    await refuseTakenId(database, before.organizationId, value.external_id);
  const columns = { externalId: value.external_id, email: value.email, name: value.name };
  const [row] = await database
    .update(users)
    .set({ ...columns, updatedAt: new Date(services.now()) })
    .where(eq(users.id, id))
    .returning();
  return json(userView(row ?? before));
});

/** The caller's own id of a user is one user's in the organization. */
async function refuseTakenId(
  database: Database,
  organizationId: string,
  externalId: string | null | undefined,
): Promise<void> {
  if (!externalId) return;
  const taken = and(eq(users.organizationId, organizationId), eq(users.externalId, externalId));
  if ((await database.$count(users, taken)) > 0)
    throw new Problem("already_exists", `Another user has the external_id ${JSON.stringify(externalId)}`);
}

const remove: Endpoint = endpoint(async (c) => {
  const { database } = c.var.services;
  const row = await findUser(database, pathId(c, "user", "user"));
  const referrers = referrersOf(row);
  const gone = await database
    .delete(users)
    .where(and(eq(users.id, row.id), unreferenced(database, referrers)))
    .returning({ id: users.id });
  if (gone.length === 0) throw await inUse(database, "user", referrers);
  return noContent();
});

/** A key that was revoked makes no more calls, so it is in nobody's way. */
function referrersOf({ id, organizationId }: UserRow): Referrers {
  const onUser = or(
    and(eq(budgets.scopeKind, "user"), eq(budgets.scopeId, id)),
    and(eq(budgets.scopeKind, "member"), sql`split_part(${budgets.scopeId}, '/', 2) = ${id}`),
  );
  return {
    members: { table: teamMembers, where: eq(teamMembers.userId, id) },
    keys: { table: keys, where: and(eq(keys.userId, id), isNull(keys.revokedAt)) },
    budgets: { table: budgets, where: and(eq(budgets.organizationId, organizationId), onUser) },
  };
}
