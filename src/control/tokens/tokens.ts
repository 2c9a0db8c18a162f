import { type SQL, and, eq, sql } from "drizzle-orm";
import * as z from "zod";
import { newId } from "../../ids.ts";
import { managementTokens } from "../../ledger/control-schema.ts";
import { organizationOf } from "../frame/access.ts";
import { commit } from "../frame/commit.ts";
import { DEFAULT_ORGANIZATION_ID, type ControlContext } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, pathId } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import { badField, notFound } from "../frame/problem.ts";
import { existingOrganization, requireScope } from "../frame/references.ts";
import { pageShape } from "../frame/shapes.ts";
import { mintToken } from "../frame/token-secret.ts";
import { refuseMoreThanOwn, tokenPost } from "./token-input.ts";
import { type TokenRow, newTokenShape, tokenShape, tokenView } from "./token-shapes.ts";

/** Management tokens: what people and programs use in place of ADMIN_KEY, for as much as their role lets them. */
export function tokenOperations(): Operation[] {
  return [list, create, show, revoke];
}

const list = operation({
  method: "GET",
  path: "/tokens",
  summary: "List management tokens",
  description: "The newest first. Revoked ones stay.",
  access: "organization",
  query: z.strictObject({ ...pageQuery, organization_id: shortText.optional() }),
  answers: { 200: { what: "A page of tokens", schema: pageShape(tokenShape) } },
  async handle(c, { query }) {
    const { services } = c.var;
    const rows = await newestRows(services.database, managementTokens, {
      query,
      id: idPattern("tok"),
      where: [reachedTokens(c, query.organization_id)],
    });
    const nowMs = services.now();
    const view = (row: TokenRow) => tokenView(row, nowMs);
    return json(pageOf(rows, query.limit, { view, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/tokens",
  summary: "Create a management token",
  description:
    "The secret is in this answer only. Nobody makes one that can more, or lives longer, than his own.",
  access: "organization",
  body: tokenPost,
  example: { name: "billing export", role: "read-only", organization_id: "org_default" },
  answers: { 201: { what: "The token, with its secret", schema: newTokenShape } },
  async handle(c, { body, text }) {
    return answerOnce(c, text, async (remember) => {
      const { services } = c.var;
      const { database } = services;
      const nowMs = services.now();
      refuseMoreThanOwn(c, body, await ownEnd(c));
      const organizationId = await placeOf(c, body);
      if (body.expires_at && body.expires_at.getTime() <= nowMs)
        throw badField("/expires_at", "is in the past");
      const { secret, digest, hint } = await mintToken();
      const row: TokenRow = {
        id: newId("tok"),
        name: body.name,
        role: body.role,
        organizationId,
        teamId: body.team_id ?? null,
        digest,
        hint,
        expiresAt: body.expires_at ?? null,
        revokedAt: null,
        createdAt: new Date(nowMs),
        updatedAt: new Date(nowMs),
      };
      const answer = {
        status: 201,
        body: { ...tokenView(row, nowMs), secret },
        organizationId: organizationId ?? DEFAULT_ORGANIZATION_ID,
        documents: [],
      };
      await commit(c, [database.insert(managementTokens).values(row), ...(await remember(answer))]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/tokens/{id}",
  summary: "Get a management token",
  access: "organization",
  answers: { 200: { what: "The token", schema: tokenShape } },
  async handle(c) {
    return json(tokenView(await findToken(c), c.var.services.now()));
  },
});

const revoke = operation({
  method: "DELETE",
  path: "/tokens/{id}",
  summary: "Revoke a management token for good",
  access: "organization",
  answers: { 204: { what: "The next call with it is refused" } },
  async handle(c) {
    const { services } = c.var;
    const { database } = services;
    const { id } = await findToken(c);
    const at = new Date(services.now());
    const revokedAt = sql`coalesce(${managementTokens.revokedAt}, ${at.toISOString()}::timestamptz)`;
    await commit(c, [
      database.update(managementTokens).set({ revokedAt, updatedAt: at }).where(eq(managementTokens.id, id)),
    ]);
    return noContent();
  },
});

/** The tokens of the caller's organization; an admin sees all, or those of one. */
function reachedTokens(c: ControlContext, named: string | undefined): SQL | undefined {
  if (c.var.principal.organizationId === null && named === undefined) return undefined;
  return eq(managementTokens.organizationId, organizationOf(c, named));
}

async function findToken(c: ControlContext): Promise<TokenRow> {
  const id = pathId(c, "tok", "token");
  const [row] = await c.var.services.database
    .select()
    .from(managementTokens)
    .where(and(eq(managementTokens.id, id), reachedTokens(c, undefined)));
  if (!row) throw notFound("token");
  return row;
}

/** Null: of every organization. */
async function placeOf(c: ControlContext, body: z.infer<typeof tokenPost>): Promise<string | null> {
  const { database } = c.var.services;
  if (body.role === "admin") return null;
  const organizationId = await existingOrganization(c, body.organization_id);
  if (body.team_id !== undefined)
    await requireScope(database, organizationId, { kind: "team", id: body.team_id }, "/team_id");
  return organizationId;
}

async function ownEnd(c: ControlContext): Promise<Date | null> {
  const [own] = await c.var.services.database
    .select({ expiresAt: managementTokens.expiresAt })
    .from(managementTokens)
    .where(eq(managementTokens.id, c.var.principal.actor));
  return own?.expiresAt ?? null;
}
