import { type SQL, eq, gte, lt } from "drizzle-orm";
import * as z from "zod";
import { ENTRY_KINDS, ledgerEntries } from "../../ledger/books-schema.ts";
import { organizationOf } from "../frame/access.ts";
import { moment, oneOf, shortText } from "../frame/fields.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { decodeCursor, pageOf, pageQuery } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { pageShape } from "../frame/shapes.ts";
import { callFilterQuery, callFilters, filtersWithin } from "./call-filters.ts";
import { cursorOf, entryCursor, newestEntries, unitsOfEntries } from "./entries.ts";
import { entryShape } from "./entry-shapes.ts";
import { entryView } from "./entry-views.ts";

export function ledgerOperations(): Operation[] {
  return [list];
}

const ledgerQuery = z.strictObject({
  ...pageQuery,
  organization_id: shortText.optional(),
  ...callFilterQuery,
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
    const where = filtersOf(organizationId, { ...query, ...filtersWithin(c, query) });
    // Later pages are older than whatever this would add.
    if (!after) await services.bringLedgerUpToDate(organizationId);
    const rows = await newestEntries(services.database, { where, after, limit: query.limit });
    const unitOf = await unitsOfEntries(services.database, rows);
    return json(pageOf(rows, query.limit, { view: (row) => entryView(row, unitOf), cursor: cursorOf }));
  },
});

function filtersOf(organizationId: string, query: LedgerQuery): (SQL | undefined)[] {
  const { kind, from, to } = query;
  if (from && to && from > to) throw badField("/to", "is before from");
  return [
    eq(ledgerEntries.organizationId, organizationId),
    ...callFilters(query, ledgerEntries),
    kind && eq(ledgerEntries.kind, kind),
    from && gte(ledgerEntries.at, from),
    to && lt(ledgerEntries.at, to),
  ];
}
