import { and, asc, eq, gt } from "drizzle-orm";
import * as z from "zod";
import { memberId } from "../../domain/scope.ts";
import type { Database } from "../../ledger/database.ts";
import { teamMembers } from "../../ledger/places-schema.ts";
import { budgets } from "../../ledger/policy-schema.ts";
import { budgetsOfScope } from "../budgets/budgets-under.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { findTeam, findUser } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { type Referrers, deleteUnreferenced } from "../frame/in-use.ts";
import { idPattern, pathId } from "../frame/input.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { Problem, notFound } from "../frame/problem.ts";
import { requireScope } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { fullMemberShape, memberShape } from "./place-shapes.ts";
import { type MemberRow, type TeamRow, memberView } from "./place-views.ts";

/** The users of a team. A key may be of a team and a user without this: only budgets on a member ask for it. */
export function memberOperations(): Operation[] {
  return [list, create, show, put, remove];
}

const settings = { role: shortText.nullish() };
const post = z.strictObject({ user_id: shortText, ...settings });
const listCursor = z.tuple([z.string().regex(idPattern("user"))]);

const list = operation({
  method: "GET",
  path: "/teams/{id}/members",
  summary: "List the members of a team",
  description: "By user id.",
  access: "team",
  query: z.strictObject(pageQuery),
  answers: { 200: { what: "A page of members", schema: pageShape(memberShape) } },
  async handle(c, { query }) {
    const team = await teamOf(c);
    const after = decodeCursor(query.cursor, listCursor);
    const rows = await c.var.services.database
      .select()
      .from(teamMembers)
      .where(and(eq(teamMembers.teamId, team.id), after && gt(teamMembers.userId, after[0])))
      .orderBy(asc(teamMembers.userId))
      .limit(query.limit + 1);
    return json(pageOf(rows, query.limit, { view: memberView, cursor: (last) => [last.userId] }));
  },
});

const create = operation({
  method: "POST",
  path: "/teams/{id}/members",
  summary: "Add a user to a team",
  access: "team",
  body: post,
  example: { user_id: "user_…", role: "lead" },
  answers: { 201: { what: "The member", schema: memberShape } },
  async handle(c, { body, text }) {
    const { services } = c.var;
    const { database } = services;
    const team = await teamOf(c);
    return answerOnce(c, text, async (remember) => {
      const { organizationId } = team;
      await requireScope(database, organizationId, { kind: "user", id: body.user_id }, "/user_id");
      if (await memberOf(database, team, body.user_id))
        throw new Problem("already_exists", "The user is a member of this team");
      const now = new Date(services.now());
      const row: MemberRow = {
        teamId: team.id,
        userId: body.user_id,
        role: body.role ?? null,
        createdAt: now,
        updatedAt: now,
      };
      const answer = { status: 201, body: memberView(row), organizationId, documents: [] };
      await commit(c, [database.insert(teamMembers).values(row), ...(await remember(answer))]);
      return answer;
    });
  },
});

const put = operation({
  method: "PUT",
  path: "/teams/{id}/members/{user}",
  summary: "Add a user to a team, or change the role of a member",
  access: "team",
  optionalBody: true,
  body: z.strictObject(settings),
  example: { role: "lead" },
  answers: { 200: { what: "The member", schema: memberShape } },
  async handle(c, { body }) {
    const { services } = c.var;
    const { database } = services;
    const team = await teamOf(c);
    const userId = pathId(c, "user", "user", "user");
    const user = await findUser(c, userId);
    if (user.organizationId !== team.organizationId) throw notFound("user");
    const now = new Date(services.now());
    const role = body.role ?? null;
    const [[row]] = await commit(c, [
      database
        .insert(teamMembers)
        .values({ teamId: team.id, userId, role, createdAt: now, updatedAt: now })
        .onConflictDoUpdate({
          target: [teamMembers.teamId, teamMembers.userId],
          set: { role, updatedAt: now },
        })
        .returning(),
    ]);
    return json(row && memberView(row));
  },
});

const show = operation({
  method: "GET",
  path: "/teams/{id}/members/{user}",
  summary: "Get a member with its budgets, live",
  access: "team",
  answers: { 200: { what: "The member", schema: fullMemberShape } },
  async handle(c) {
    const { services } = c.var;
    const { team, member } = await teamAndMember(c);
    const scope = { kind: "member", id: memberId(member.teamId, member.userId) } as const;
    const under = await budgetsOfScope(services, team.organizationId, scope);
    return json({ ...memberView(member), budgets: under });
  },
});

const remove = operation({
  method: "DELETE",
  path: "/teams/{id}/members/{user}",
  summary: "Take a user out of a team",
  description: "409 `in_use` where a budget is on the member.",
  access: "team",
  answers: { 204: { what: "It is gone" } },
  async handle(c) {
    const { team, member } = await teamAndMember(c);
    const onMember = and(
      eq(budgets.organizationId, team.organizationId),
      eq(budgets.scopeKind, "member"),
      eq(budgets.scopeId, memberId(member.teamId, member.userId)),
    );
    const referrers: Referrers = { budgets: { table: budgets, where: onMember } };
    const where = isMember(team, member.userId);
    await deleteUnreferenced(c, { table: teamMembers, where, what: "member", referrers });
    return noContent();
  },
});

async function teamAndMember(c: ControlContext): Promise<{ team: TeamRow; member: MemberRow }> {
  const team = await teamOf(c);
  const member = await memberOf(c.var.services.database, team, pathId(c, "user", "member", "user"));
  if (!member) throw notFound("member");
  return { team, member };
}

function teamOf(c: ControlContext): Promise<TeamRow> {
  return findTeam(c, pathId(c, "team", "team"));
}

async function memberOf(database: Database, team: TeamRow, userId: string): Promise<MemberRow | undefined> {
  const [row] = await database.select().from(teamMembers).where(isMember(team, userId));
  return row;
}

function isMember({ id }: TeamRow, userId: string) {
  return and(eq(teamMembers.teamId, id), eq(teamMembers.userId, userId));
}
