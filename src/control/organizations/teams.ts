import { and, desc, eq, isNull, lt, or, sql } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { newId } from "../../ids.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { budgets, keys, teamMembers, teams } from "../../ledger/schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { fixed, shortText } from "../frame/fields.ts";
import { findTeam } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, inUse, unreferenced } from "../frame/in-use.ts";
import { idPattern, pathId, readBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { type TeamRow, teamView } from "./place-views.ts";
import { requireOrganization } from "../frame/references.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

export function mountTeams(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/teams`, { GET: list, POST: create });
  resource(app, `${base}/teams/:id`, { GET: show, PATCH: change, DELETE: remove });
}

const post = z.strictObject({ name: shortText, organization_id: shortText.optional() });
const patch = z.strictObject({ name: shortText.optional(), organization_id: fixed });
const listQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
});
const listCursor = z.tuple([z.string().regex(idPattern("team"))]);

/** The newest first. */
const list: Endpoint = endpointWithQuery(listQuery, async (c, query) => {
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await c.var.services.database
    .select()
    .from(teams)
    .where(and(eq(teams.organizationId, query.organization_id), after && lt(teams.id, after[0])))
    .orderBy(desc(teams.id))
    .limit(query.limit + 1);
  return json(pageOf(rows, query.limit, { view: teamView, cursor: (last) => [last.id] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { value, text } = await readBody(c, post);
  return answerOnce(c, text, async (remember) => {
    const { database } = services;
    const organizationId = value.organization_id ?? DEFAULT_ORGANIZATION_ID;
    await requireOrganization(database, organizationId);
    const now = new Date(services.now());
    const row = { id: newId("team"), organizationId, name: value.name, createdAt: now, updatedAt: now };
    const answer = { status: 201, body: teamView(row), organizationId, documents: [] };
    await database.batch([database.insert(teams).values(row), ...(await remember(answer))]);
    return answer;
  });
});

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const row = await findTeam(services.database, pathId(c, "team", "team"));
  const scope = { kind: "team", id: row.id } as const;
  return json({ ...teamView(row), budgets: await budgetsOfScope(services, row.organizationId, scope) });
});

const change: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const id = pathId(c, "team", "team");
  const { value } = await readBody(c, patch);
  const [row] = await database
    .update(teams)
    .set({ name: value.name, updatedAt: new Date(services.now()) })
    .where(eq(teams.id, id))
    .returning();
  return json(teamView(row ?? (await findTeam(database, id))));
});

const remove: Endpoint = endpoint(async (c) => {
  const { database } = c.var.services;
  const row = await findTeam(database, pathId(c, "team", "team"));
  const referrers = referrersOf(row);
  const gone = await database
    .delete(teams)
    .where(and(eq(teams.id, row.id), unreferenced(database, referrers)))
    .returning({ id: teams.id });
  if (gone.length === 0) throw await inUse(database, "team", referrers);
  return noContent();
});

/** A key that was revoked makes no more calls, so it is in nobody's way. */
function referrersOf({ id, organizationId }: TeamRow): Referrers {
  const onTeam = or(
    and(eq(budgets.scopeKind, "team"), eq(budgets.scopeId, id)),
    and(eq(budgets.scopeKind, "member"), sql`starts_with(${budgets.scopeId}, ${`${id}/`})`),
    eq(budgets.scopeTeamId, id),
  );
  return {
    members: { table: teamMembers, where: eq(teamMembers.teamId, id) },
    keys: { table: keys, where: and(eq(keys.teamId, id), isNull(keys.revokedAt)) },
    providers: { table: providerCredentials, where: eq(providerCredentials.teamId, id) },
    budgets: { table: budgets, where: and(eq(budgets.organizationId, organizationId), onTeam) },
  };
}
