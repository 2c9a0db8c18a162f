import { type SQL, eq, gte, lt, sql } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { ENTRY_KINDS, ledgerEntries } from "../../ledger/schema.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { cursorOf, entryCursor, newestEntries, unitsOfEntries } from "./entries.ts";
import { entryView } from "./entry-views.ts";
import { label, moment, oneOf, shortText } from "../frame/fields.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { type Endpoint, endpointWithQuery, json, resource } from "../frame/routes.ts";

export function mountLedger(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/ledger`, { GET: list });
}

/** `key` is short for `key_id`, and so on. */
const ledgerQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
  key: shortText.optional(),
  key_id: shortText.optional(),
  team: shortText.optional(),
  team_id: shortText.optional(),
  user: shortText.optional(),
  user_id: shortText.optional(),
  customer: label.optional(),
  tag: label.optional(),
  model: shortText.optional(),
  provider: shortText.optional(),
  kind: oneOf(ENTRY_KINDS).optional(),
  /** At or after `from`, before `to`. */
  from: moment.optional(),
  to: moment.optional(),
});
type LedgerQuery = z.infer<typeof ledgerQuery>;

/** The newest first. */
const list: Endpoint = endpointWithQuery(ledgerQuery, async (c, query) => {
  const { services } = c.var;
  const after = decodeCursor(query.cursor, entryCursor);
  const where = filtersOf(query);
  // Later pages are older than whatever this would add.
  if (!after) await services.bringLedgerUpToDate(query.organization_id);
  const rows = await newestEntries(services.database, { where, after, limit: query.limit });
  const unitOf = await unitsOfEntries(services.database, rows);
  return json(pageOf(rows, query.limit, { view: (row) => entryView(row, unitOf), cursor: cursorOf }));
});

function filtersOf(query: LedgerQuery): (SQL | undefined)[] {
  const { organization_id, customer, tag, model, provider, kind, from, to } = query;
  if (from && to && from > to) throw badField("/to", "is before from");
  const key = eitherOf(query, "key", "key_id");
  const team = eitherOf(query, "team", "team_id");
  const user = eitherOf(query, "user", "user_id");
  return [
    eq(ledgerEntries.organizationId, organization_id),
    key === undefined ? undefined : eq(ledgerEntries.keyId, key),
    team === undefined ? undefined : eq(ledgerEntries.teamId, team),
    user === undefined ? undefined : eq(ledgerEntries.userId, user),
    customer === undefined ? undefined : eq(ledgerEntries.customer, customer),
    tag === undefined ? undefined : sql`${ledgerEntries.tags} @> ${JSON.stringify([tag])}::jsonb`,
    model === undefined ? undefined : eq(ledgerEntries.model, model),
    provider === undefined ? undefined : eq(ledgerEntries.provider, provider),
    kind && eq(ledgerEntries.kind, kind),
    from && gte(ledgerEntries.at, from),
    to && lt(ledgerEntries.at, to),
  ];
}

function eitherOf(
  query: LedgerQuery,
  short: "key" | "team" | "user",
  long: "key_id" | "team_id" | "user_id",
): string | undefined {
  const [a, b] = [query[short], query[long]];
  if (a !== undefined && b !== undefined && a !== b) throw badField(`/${short}`, `is not the ${long}`);
  return a ?? b;
}
