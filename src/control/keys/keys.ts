import { eq, sql } from "drizzle-orm";
import * as z from "zod";
import { mintSecret } from "../../gate/secret.ts";
import type { KeyRow } from "../../ledger/rows.ts";
import { budgets, keys } from "../../ledger/policy-schema.ts";
import { requireBesideEach } from "../budgets/budget-reach.ts";
import { newBudgetRow } from "../budgets/budget-rows.ts";
import { newBudgetView } from "../budgets/budget-views.ts";
import { organizationOf, requireOrganizationWide, teamOf } from "../frame/access.ts";
import { commit } from "../frame/commit.ts";
import type { ControlContext } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { findKey } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, pathId } from "../frame/input.ts";
import { byId, newestRows } from "../frame/newest.ts";
import { type Operation, json, noContent, operation } from "../frame/operation.ts";
import { pageOf, pageQuery } from "../frame/pages.ts";
import {
  keyDocument,
  keyDocuments,
  publishAll,
  raiseKeyVersions,
  raiseVersion,
  scopeDocument,
} from "../frame/policies.ts";
import { requireKeyPlace, existingOrganization } from "../frame/references.ts";
import { fullKeyView } from "./full-key.ts";
import { type KeySettings, keyPatch, keyPost } from "./key-input.ts";
import { newKeyRow, columnsOf } from "./key-rows.ts";
import { fullKeyShape, keyPageShape, newKeyShape } from "./key-shapes.ts";
import { keyView } from "./key-views.ts";
import { lastUsedOf } from "./last-used.ts";
import { rotate } from "./rotation.ts";

/** Virtual keys: what clients send in place of a provider's key. */
export function keyOperations(): Operation[] {
  return [list, create, show, change, revoke, rotate];
}

const list = operation({
  method: "GET",
  path: "/keys",
  summary: "List keys",
  description: "The newest first. Revoked ones stay.",
  access: "team",
  query: z.strictObject({
    ...pageQuery,
    organization_id: shortText.optional(),
    team_id: shortText.optional(),
    user_id: shortText.optional(),
  }),
  answers: { 200: { what: "A page of keys", schema: keyPageShape } },
  async handle(c, { query }) {
    const { services } = c.var;
    const teamId = teamOf(c, query.team_id);
    const rows = await newestRows(services.database, keys, {
      query,
      id: idPattern("key"),
      where: [
        eq(keys.organizationId, organizationOf(c, query.organization_id)),
        teamId === null ? undefined : eq(keys.teamId, teamId),
        query.user_id === undefined ? undefined : eq(keys.userId, query.user_id),
      ],
    });
    const nowMs = services.now();
    const lastUsed = await lastUsedOf(
      services.database,
      rows.map(({ id }) => id),
    );
    const view = (row: KeyRow) => keyView(row, nowMs, lastUsed.get(row.id));
    return json(pageOf(rows, query.limit, { view, cursor: byId }));
  },
});

const create = operation({
  method: "POST",
  path: "/keys",
  summary: "Create a key",
  description: "The key and its `budgets` are made together. The secret is in this answer only.",
  access: "team",
  body: keyPost,
  example: {
    name: "checkout service",
    models: ["openai/*"],
    budgets: [{ unit: "usd", limit: "10.00", period: "day" }],
  },
  answers: { 201: { what: "The key, with its secret", schema: newKeyShape } },
  async handle(c, { body, text }) {
    return answerOnce(c, text, async (remember) => {
      const { services } = c.var;
      const { database, config } = services;
      const organizationId = await existingOrganization(c, body.organization_id);
      const settings = { ...body, team_id: teamOf(c, body.team_id) };
      await requireSettings(c, organizationId, settings);
      const now = new Date(services.now());
      const { secret, digest, hint } = await mintSecret(config.KEY_SECRET, organizationId);
      const row = newKeyRow({ organizationId, digest, hint, now }, settings);
      const scope = { kind: "key" as const, id: row.id };
      const budgetRows = (body.budgets ?? []).map((budget) =>
        newBudgetRow(budget, organizationId, scope, now),
      );
      await Promise.all(budgetRows.map((budget, i) => requireBesideEach(c, budget, `/budgets/${i}`)));
      const documents = [keyDocument(digest), scopeDocument("key", row.id)];
      const answer = {
        status: 201,
        body: {
          ...keyView(row, now.getTime()),
          secret,
          budgets: budgetRows.map((budget) => newBudgetView(budget, now.getTime())),
        },
        organizationId,
        documents,
      };
      await commit(c, [
        database.insert(keys).values(row),
        ...budgetRows.map((budget) => database.insert(budgets).values(budget)),
        ...documents.map((document) => raiseVersion(database, organizationId, document)),
        ...(await remember(answer)),
      ]);
      return answer;
    });
  },
});

const show = operation({
  method: "GET",
  path: "/keys/{id}",
  summary: "Get a key with every budget that it is under, live",
  access: "team",
  answers: { 200: { what: "The key", schema: fullKeyShape } },
  async handle(c) {
    return json(await fullKeyView(c.var.services, await findKey(c, pathId(c, "key", "key"))));
  },
});

const change = operation({
  method: "PATCH",
  path: "/keys/{id}",
  summary: "Change a key",
  description: "An absent field keeps its value, null clears it. Holds from the next call on.",
  access: "team",
  body: keyPatch,
  example: { name: "checkout service, EU", enabled: true, expires_at: null },
  answers: { 200: { what: "The key", schema: fullKeyShape } },
  async handle(c, { body }) {
    const { services } = c.var;
    const { database } = services;
    const before = await findKey(c, pathId(c, "key", "key"));
    const { organizationId } = before;
    const settings = body.team_id === undefined ? body : { ...body, team_id: teamOf(c, body.team_id) };
    await requireSettings(c, organizationId, settings);
    const [[row = before]] = await commit(c, [
      database
        .update(keys)
        .set({ ...columnsOf(settings), updatedAt: new Date(services.now()) })
        .where(eq(keys.id, before.id))
        .returning(),
      raiseKeyVersions(database, before.id),
    ]);
    await publishAll(services, organizationId, keyDocuments(row));
    return json(await fullKeyView(c.var.services, row));
  },
});

const revoke = operation({
  method: "DELETE",
  path: "/keys/{id}",
  summary: "Revoke a key for good",
  description: "Its ledger and the key itself stay. Doing it again does no harm.",
  access: "team",
  answers: { 204: { what: "The next call with the key is refused" } },
  async handle(c) {
    const { services } = c.var;
    const { database } = services;
    const before = await findKey(c, pathId(c, "key", "key"));
    const now = new Date(services.now());
    const [[row = before]] = await commit(c, [
      database
        .update(keys)
        .set({
          revokedAt: sql`coalesce(${keys.revokedAt}, ${now.toISOString()}::timestamptz)`,
          updatedAt: now,
        })
        .where(eq(keys.id, before.id))
        .returning(),
      raiseKeyVersions(database, before.id),
    ]);
    // Doing it again publishes again, which is what a retry after a 503 needs.
    await publishAll(services, row.organizationId, keyDocuments(row));
    return noContent();
  },
});

/** What is unpriced counts in no budget, so a team can't let itself have it. */
async function requireSettings(
  c: ControlContext,
  organizationId: string,
  settings: KeySettings,
): Promise<void> {
  if (settings.allow_unpriced) requireOrganizationWide(c, "/allow_unpriced");
  await requireKeyPlace(c.var.services.database, organizationId, settings);
}
