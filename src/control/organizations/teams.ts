import { and, eq, isNull } from "drizzle-orm";
import * as z from "zod";
import { newId } from "../../ids.ts";
import { providerCredentials } from "../../ledger/control-schema.ts";
import { teamMembers, teams } from "../../ledger/places-schema.ts";
import { budgets, keys } from "../../ledger/policy-schema.ts";
import { onTeam } from "../budgets/budget-reach.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { organizationOf } from "../frame/access.ts";
import { commit } from "../frame/commit.ts";
import { fixed, shortText } from "../frame/fields.ts";
import { findTeam } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, deleteUnreferenced } from "../frame/in-use.ts";
import { idPattern, pathId } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { existingOrganization } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { fullTeamShape, teamShape } from "./place-shapes.ts";
import { type TeamRow, teamView } from "./place-views.ts";

export function teamOperations(): Operation[] {
  return [list, create, show, change, remove];
}

const post = z.strictObject({ name: shortText, organization_id: shortText.optional() });
const patch = z.strictObject({ name: shortText.optional(), organization_id: fixed });
const listQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.optional(),
});

const list = operation({
  method: "GET",
  path: "/teams",
  summary: "List teams",
  description: "The newest first.",
  access: "team",
  query: listQuery,
  answers: { 200: { what: "A page of teams", schema: pageShape(teamShape) } },
  async handle(c, { query }) {
    const own = c.var.principal.teamId;
    const rows = await newestRows(c.var.services.database, teams, {
      query,
      id: idPattern("team"),
      where: [
        eq(teams.organizationId, organizationOf(c, query.organization_id)),
        own === null ? undefined : eq(teams.id, own),
      ],
    });
    return json(pageOf(rows, query.limit, { view: teamView, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/teams",
  summary: "Create a team",
  access: "organization",
  body: post,
  example: { name: "Search" },
  answers: { 201: { what: "The team", schema: teamShape } },
  async handle(c, { body, text }) {
    const { services } = c.var;
    return answerOnce(c, text, async (remember) => {
      const { database } = services;
      const organizationId = await existingOrganization(c, body.organization_id);
      const now = new Date(services.now());
      const row = { id: newId("team"), organizationId, name: body.name, createdAt: now, updatedAt: now };
      const answer = { status: 201, body: teamView(row), organizationId, documents: [] };
      await commit(c, [database.insert(teams).values(row), ...(await remember(answer))]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/teams/{id}",
  summary: "Get a team with its budgets, live",
  access: "team",
  answers: { 200: { what: "The team", schema: fullTeamShape } },
  async handle(c) {
    const { services } = c.var;
    const row = await findTeam(c, pathId(c, "team", "team"));
    const scope = { kind: "team", id: row.id } as const;
    return json({ ...teamView(row), budgets: await budgetsOfScope(services, row.organizationId, scope) });
  },
});

const change = operation({
  method: "PATCH",
  path: "/teams/{id}",
  summary: "Change a team",
  description: "An absent field keeps its value, null clears it.",
  access: "organization",
  body: patch,
  example: { name: "Search and ads" },
  answers: { 200: { what: "The team", schema: teamShape } },
  async handle(c, { body }) {
    const { services } = c.var;
    const { database } = services;
    const { id } = await findTeam(c, pathId(c, "team", "team"));
    const [[row]] = await commit(c, [
      database
        .update(teams)
        .set({ name: body.name, updatedAt: new Date(services.now()) })
        .where(eq(teams.id, id))
        .returning(),
    ]);
    return json(teamView(row ?? (await findTeam(c, id)))); // Deleted meanwhile: that is a 404.
  },
});

const remove = operation({
  method: "DELETE",
  path: "/teams/{id}",
  summary: "Delete a team",
  description: "409 `in_use` where something refers to it.",
  access: "organization",
  answers: { 204: { what: "It is gone" } },
  async handle(c) {
    const row = await findTeam(c, pathId(c, "team", "team"));
    const referrers = referrersOf(row);
    await deleteUnreferenced(c, { table: teams, where: eq(teams.id, row.id), what: "team", referrers });
    return noContent();
  },
});

/** A key that was revoked makes no more calls, so it is in nobody's way. */
function referrersOf({ id, organizationId }: TeamRow): Referrers {
  return {
    members: { table: teamMembers, where: eq(teamMembers.teamId, id) },
    keys: { table: keys, where: and(eq(keys.teamId, id), isNull(keys.revokedAt)) },
    providers: { table: providerCredentials, where: eq(providerCredentials.teamId, id) },
    budgets: { table: budgets, where: and(eq(budgets.organizationId, organizationId), onTeam(id)) },
  };
}
