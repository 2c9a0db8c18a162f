import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { mintSecret } from "../../gate/secret.ts";
import type { KeyRow } from "../../ledger/rows.ts";
import { budgets, keys } from "../../ledger/schema.ts";
import { newBudgetRow } from "../budgets/budget-rows.ts";
import { newBudgetView } from "../budgets/budget-views.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { shortText } from "../frame/fields.ts";
import { findKey } from "../frame/find.ts";
import { answerOnce } from "../frame/idempotency.ts";
import { idPattern, pathId, readBody } from "../frame/input.ts";
import { fullKeyView } from "./full-key.ts";
import { keyPatch, keyPost } from "./key-input.ts";
import { columnsOf, newKeyRow } from "./key-rows.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { keyDocument, publishAll, raiseVersion, scopeDocument } from "../frame/policies.ts";
import { requireKeyPlace, requireOrganization } from "../frame/references.ts";
import { type Endpoint, endpoint, endpointWithQuery, json, noContent, resource } from "../frame/routes.ts";
import { keyView } from "./key-views.ts";
import { lastUsedOf } from "./last-used.ts";

export function mountKeys(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/keys`, { GET: list, POST: create });
  resource(app, `${base}/keys/:id`, { GET: show, PATCH: change, DELETE: revoke });
}

const listQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
});
const listCursor = z.tuple([z.string().regex(idPattern("key"))]);

/** The newest first. */
const list: Endpoint = endpointWithQuery(listQuery, async (c, query) => {
  const after = decodeCursor(query.cursor, listCursor);
  const { database, now } = c.var.services;
  const rows = await database
    .select()
    .from(keys)
    .where(and(eq(keys.organizationId, query.organization_id), after && lt(keys.id, after[0])))
    .orderBy(desc(keys.id))
    .limit(query.limit + 1);
  const lastUsed = await lastUsedOf(
    database,
    rows.map(({ id }) => id),
  );
  const nowMs = now();
  const view = (row: KeyRow) => keyView(row, nowMs, lastUsed.get(row.id));
  return json(pageOf(rows, query.limit, { view, cursor: (last) => [last.id] }));
});

/** The key, its budgets and the versions of its documents are one transaction; its secret is in this answer only. */
const create: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { value, text } = await readBody(c, keyPost);
  return answerOnce(c, text, async (remember) => {
    const { database, config } = services;
    const organizationId = value.organization_id ?? DEFAULT_ORGANIZATION_ID;
    await requireOrganization(database, organizationId);
    await requireKeyPlace(database, organizationId, value);
    const now = new Date(services.now());
    const { secret, digest, hint } = await mintSecret(config.KEY_SECRET, organizationId);
    const row = newKeyRow({ organizationId, digest, hint, now }, value);
    const scope = { kind: "key" as const, id: row.id };
    const budgetRows = (value.budgets ?? []).map((budget) =>
      newBudgetRow(budget, organizationId, scope, now),
    );
    const documents = [keyDocument(digest), scopeDocument("key", row.id)];
    const body = {
      ...keyView(row, now.getTime()),
      secret,
      budgets: budgetRows.map((budget) => newBudgetView(budget, now.getTime())),
    };
    const answer = { status: 201, body, organizationId, documents };
    await database.batch([
      database.insert(keys).values(row),
      ...budgetRows.map((budget) => database.insert(budgets).values(budget)),
      ...documents.map((document) => raiseVersion(database, organizationId, document)),
      ...(await remember(answer)),
    ]);
    return answer;
  });
});

const show: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  return json(await fullKeyView(services, await findKey(services.database, pathId(c, "key", "key"))));
});

const change: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const id = pathId(c, "key", "key");
  const { value } = await readBody(c, keyPatch);
  const before = await findKey(database, id);
  await requireKeyPlace(database, before.organizationId, value);
  const document = keyDocument(before.digest);
  const [[row]] = await database.batch([
    database
      .update(keys)
      .set({ ...columnsOf(value), updatedAt: new Date(services.now()) })
      .where(eq(keys.id, id))
      .returning(),
    raiseVersion(database, before.organizationId, document),
  ]);
  await publishAll(services, before.organizationId, [document]);
  return json(await fullKeyView(services, row ?? before));
});

/** Revokes for good. Doing it again publishes again, which is what a retry after a 503 needs. */
const revoke: Endpoint = endpoint(async (c) => {
  const { services } = c.var;
  const { database } = services;
  const { id, organizationId, digest } = await findKey(database, pathId(c, "key", "key"));
  const document = keyDocument(digest);
  const now = new Date(services.now());
  await database.batch([
    database
      .update(keys)
      .set({ revokedAt: sql`coalesce(${keys.revokedAt}, ${now.toISOString()}::timestamptz)`, updatedAt: now })
      .where(eq(keys.id, id)),
    raiseVersion(database, organizationId, document),
  ]);
  await publishAll(services, organizationId, [document]);
  return noContent();
});
