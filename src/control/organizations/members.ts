import { and, asc, eq, gt } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { memberId } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import { budgets, teamMembers } from "../../ledger/schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import type { ControlContext, ControlEnv } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { findTeam, findUser } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, inUse, unreferenced } from "../frame/in-use.ts";
import { idPattern, pathId, readBody, readOptionalBody } from "../frame/input.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { type MemberRow, type TeamRow, memberView } from "./place-views.ts";
import { Problem, notFound } from "../frame/problem.ts";
import { requireScope } from "../frame/references.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";

/** The users of a team. A key may be of a team and a user without this: only budgets on a member ask for it. */
export function mountMembers(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/teams/:id/members`, { GET: list, POST: create });
  resource(app, `${base}/teams/:id/members/:user`, { GET: show, PUT: put, DELETE: remove });
}

const settings = { role: shortText.nullish() };
const post = z.strictObject({ user_id: shortText, ...settings });
const listCursor = z.tuple([z.string().regex(idPattern("user"))]);

/** By user id. */
const list: Endpoint = endpointWithQuery(z.strictObject(pageQuery), async (c, query) => {
  const team = await teamOf(c);
  const after = decodeCursor(query.cursor, listCursor);
  const rows = await c.var.services.database
    .select()
    .from(teamMembers)
    .where(and(eq(teamMembers.teamId, team.id), after && gt(teamMembers.userId, after[0])))
    .orderBy(asc(teamMembers.userId))
    .limit(query.limit + 1);
  return json(pageOf(rows, query.limit, { view: memberView, cursor: (last) => [last.userId] }));
});

const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const team = await teamOf(c);
  const { value, text } = await readBody(c, post);
  return answerOnce(c, text, async (remember) => {
    const { organizationId } = team;
    await requireScope(database, organizationId, { kind: "user", id: value.user_id }, "/user_id");
    if (await memberOf(database, team, value.user_id))
      throw new Problem("already_exists", "The user is a member of this team");
    const now = new Date(services.now());
    const row: MemberRow = {
      teamId: team.id,
      userId: value.user_id,
      role: value.role ?? null,
      createdAt: now,
      updatedAt: now,
    };
    const answer = { status: 201, body: memberView(row), organizationId, documents: [] };
    await database.batch([database.insert(teamMembers).values(row), ...(await remember(answer))]);
    return answer;
  });
});

/** Adds a user, or changes the role of one who is a member. */
const put: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const team = await teamOf(c);
  const userId = pathId(c, "user", "user", "user");
  const { value } = await readOptionalBody(c, z.strictObject(settings));
  const user = await findUser(database, userId);
  if (user.organizationId !== team.organizationId) throw notFound("user");
  const now = new Date(services.now());
  const role = value.role ?? null;
  const [row] = await database
    .insert(teamMembers)
    .values({ teamId: team.id, userId, role, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({
      target: [teamMembers.teamId, teamMembers.userId],
      set: { role, updatedAt: now },
    })
    .returning();
  return json(row && memberView(row));
});

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { team, member } = await teamAndMember(c);
  const scope = { kind: "member", id: memberId(member.teamId, member.userId) } as const;
  const under = await budgetsOfScope(services, team.organizationId, scope);
  return json({ ...memberView(member), budgets: under });
});

const remove: Endpoint = endpoint(async (c) => {
  const { database } = c.var.services;
  const { team, member } = await teamAndMember(c);
  const onMember = and(
    eq(budgets.organizationId, team.organizationId),
    eq(budgets.scopeKind, "member"),
    eq(budgets.scopeId, memberId(member.teamId, member.userId)),
  );
  const referrers: Referrers = { budgets: { table: budgets, where: onMember } };
  const gone = await database
    .delete(teamMembers)
    .where(and(isMember(team, member.userId), unreferenced(database, referrers)))
    .returning({ userId: teamMembers.userId });
  if (gone.length === 0) throw await inUse(database, "member", referrers);
  return noContent();
});

async function teamAndMember(c: ControlContext): Promise<{ team: TeamRow; member: MemberRow }> {
  const team = await teamOf(c);
  const member = await memberOf(c.var.services.database, team, pathId(c, "user", "member", "user"));
  if (!member) throw notFound("member");
  return { team, member };
}

function teamOf(c: ControlContext): Promise<TeamRow> {
  return findTeam(c.var.services.database, pathId(c, "team", "team"));
}

async function memberOf(database: Database, team: TeamRow, userId: string): Promise<MemberRow | undefined> {
  const [row] = await database.select().from(teamMembers).where(isMember(team, userId));
  return row;
}

function isMember({ id }: TeamRow, userId: string) {
  return and(eq(teamMembers.teamId, id), eq(teamMembers.userId, userId));
}
