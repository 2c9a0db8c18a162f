import { and, eq, isNull, or, sql } from "drizzle-orm";
import * as z from "zod";
import { newId } from "../../ids.ts";
import type { Database } from "../../ledger/database.ts";
import { teamMembers, users } from "../../ledger/places-schema.ts";
import { budgets, keys } from "../../ledger/policy-schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { organizationOf } from "../frame/access.ts";
import { commit } from "../frame/commit.ts";
import { fixed, shortText } from "../frame/fields.ts";
import { findUser } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, deleteUnreferenced } from "../frame/in-use.ts";
import { idPattern, pathId } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { Problem } from "../frame/problem.ts";
import { existingOrganization } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { fullUserShape, userShape } from "./place-shapes.ts";
import { type UserRow, userView } from "./place-views.ts";

export function userOperations(): Operation[] {
  return [list, create, show, change, remove];
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
  organization_id: shortText.optional(),
});

const list = operation({
  method: "GET",
  path: "/users",
  summary: "List users",
  description: "The newest first.",
  access: "team",
  query: listQuery,
  answers: { 200: { what: "A page of users", schema: pageShape(userShape) } },
  async handle(c, { query }) {
    const rows = await newestRows(c.var.services.database, users, {
      query,
      id: idPattern("user"),
      where: [eq(users.organizationId, organizationOf(c, query.organization_id))],
    });
    return json(pageOf(rows, query.limit, { view: userView, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/users",
  summary: "Create a user",
  access: "organization",
  body: post,
  example: { external_id: "employee-7", email: "ada@example.com", name: "Ada" },
  answers: { 201: { what: "The user", schema: userShape } },
  async handle(c, { body, text }) {
    const { services } = c.var;
    return answerOnce(c, text, async (remember) => {
      const { database } = services;
      const organizationId = await existingOrganization(c, body.organization_id);
      const now = new Date(services.now());
      await refuseTakenId(database, organizationId, body.external_id);
      const row: UserRow = {
        id: newId("user"),
        organizationId,
        externalId: body.external_id ?? null,
        email: body.email ?? null,
        name: body.name ?? null,
        createdAt: now,
        updatedAt: now,
      };
      const answer = { status: 201, body: userView(row), organizationId, documents: [] };
      await commit(c, [database.insert(users).values(row), ...(await remember(answer))]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/users/{id}",
  summary: "Get a user with its budgets, live",
  description: "They are the organization's matter: to a team's token there are none.",
  access: "team",
  answers: { 200: { what: "The user", schema: fullUserShape } },
  async handle(c) {
    const { services } = c.var;
    const row = await findUser(c, pathId(c, "user", "user"));
    const scope = { kind: "user", id: row.id } as const;
    const isTeams = c.var.principal.teamId !== null;
    const under = isTeams ? [] : await budgetsOfScope(services, row.organizationId, scope);
    return json({ ...userView(row), budgets: under });
  },
});

const change = operation({
  method: "PATCH",
  path: "/users/{id}",
  summary: "Change a user",
  description: "An absent field keeps its value, null clears it.",
  access: "organization",
  body: patch,
  example: { name: "Ada L." },
  answers: { 200: { what: "The user", schema: userShape } },
  async handle(c, { body }) {
    const { services } = c.var;
    const { database } = services;
    const id = pathId(c, "user", "user");
    const before = await findUser(c, id);
    if (body.external_id !== before.externalId)
      await refuseTakenId(database, before.organizationId, body.external_id);
    const columns = { externalId: body.external_id, email: body.email, name: body.name };
    const [[row]] = await commit(c, [
      database
        .update(users)
        .set({ ...columns, updatedAt: new Date(services.now()) })
        .where(eq(users.id, id))
        .returning(),
    ]);
    return json(userView(row ?? before));
  },
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

const remove = operation({
  method: "DELETE",
  path: "/users/{id}",
  summary: "Delete a user",
  description: "409 `in_use` where something refers to it.",
  access: "organization",
  answers: { 204: { what: "It is gone" } },
  async handle(c) {
    const row = await findUser(c, pathId(c, "user", "user"));
    const referrers = referrersOf(row);
    await deleteUnreferenced(c, { table: users, where: eq(users.id, row.id), what: "user", referrers });
    return noContent();
  },
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
