import { type Place, organizationOf, teamOf } from "../frame/access.ts";
import { pageShape } from "../frame/shapes.ts";
import { entryShape } from "./entry-shapes.ts";
import { type SQL, eq, gte, lt, sql } from "drizzle-orm";
import * as z from "zod";
import { ENTRY_KINDS, ledgerEntries } from "../../ledger/schema.ts";
import { cursorOf, entryCursor, newestEntries, unitsOfEntries } from "./entries.ts";
import { entryView } from "./entry-views.ts";
import { label, moment, oneOf, shortText } from "../frame/fields.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { type Operation, json, operation } from "../frame/operation.ts";

export function ledgerOperations(): Operation[] {
  return [list];
}

/** `key` is short for `key_id`, and so on. */
const ledgerQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.optional(),
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

const list = operation({
  method: "GET",
  path: "/ledger",
  summary: "List ledger entries",
  description: "Every signed row of money, the newest first.",
  access: "team",
  query: ledgerQuery,
  answers: { 200: { what: "A page of entries", schema: pageShape(entryShape) } },
  async handle(c, { query }) {
    const { services } = c.var;
    const organizationId = organizationOf(c, query.organization_id);
    const after = decodeCursor(query.cursor, entryCursor);
    const teamId = teamOf(c, eitherOf(query, "team", "team_id"));
    const where = filtersOf(query, { organizationId, teamId });
    // Later pages are older than whatever this would add.
    if (!after) await services.bringLedgerUpToDate(organizationId);
    const rows = await newestEntries(services.database, { where, after, limit: query.limit });
    const unitOf = await unitsOfEntries(services.database, rows);
    return json(pageOf(rows, query.limit, { view: (row) => entryView(row, unitOf), cursor: cursorOf }));
  },
});

function filtersOf(query: LedgerQuery, { organizationId, teamId }: Place): (SQL | undefined)[] {
  const { customer, tag, model, provider, kind, from, to } = query;
  if (from && to && from > to) throw badField("/to", "is before from");
  const key = eitherOf(query, "key", "key_id");
  const user = eitherOf(query, "user", "user_id");
  return [
    eq(ledgerEntries.organizationId, organizationId),
    key === undefined ? undefined : eq(ledgerEntries.keyId, key),
    teamId === null ? undefined : eq(ledgerEntries.teamId, teamId),
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
