import { type SQL, eq, gte, lt } from "drizzle-orm";
import type { Hono } from "hono";
import * as z from "zod";
import { ENTRY_KINDS, ledgerEntries } from "../../ledger/schema.ts";
import { callFilterQuery, callFilters } from "./call-filters.ts";
import { type ControlEnv, DEFAULT_ORGANIZATION_ID } from "../frame/context.ts";
import { cursorOf, entryCursor, newestEntries, unitsOfEntries } from "./entries.ts";
import { entryView } from "./entry-views.ts";
import { moment, oneOf, shortText } from "../frame/fields.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { type Endpoint, endpointWithQuery, json, resource } from "../frame/routes.ts";

export function mountLedger(app: Hono<ControlEnv>, base: string): void {
  resource(app, `${base}/ledger`, { GET: list });
}

const ledgerQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.default(DEFAULT_ORGANIZATION_ID),
  ...callFilterQuery,
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
  const { organization_id, kind, from, to } = query;
  if (from && to && from > to) throw badField("/to", "is before from");
  return [
    eq(ledgerEntries.organizationId, organization_id),
    ...callFilters(query, ledgerEntries),
    kind && eq(ledgerEntries.kind, kind),
    from && gte(ledgerEntries.at, from),
    to && lt(ledgerEntries.at, to),
  ];
}
