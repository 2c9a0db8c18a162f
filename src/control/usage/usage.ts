import { filtersWithin } from "../books/call-filters.ts";
import { organizationOf } from "../frame/access.ts";
import type { ControlContext } from "../frame/context.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { DEFAULT_LIMIT, type Page, pageOf } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { pageShape } from "../frame/shapes.ts";
import { cursorAfter, readCursor } from "./usage-cursor.ts";
import { type UsageQuery, usageQuery } from "./usage-query.ts";
import { rangeOf } from "./usage-range.ts";
import { type Report, type UsageRow, usageRows } from "./usage-sums.ts";
import { usageCsv, usageShape, usageView } from "./usage-views.ts";

export function usageOperations(): Operation[] {
  return [show];
}

/** Rows of a CSV file, where the query has no limit. */
const MAX_CSV_ROWS = 10_000;

const show = operation({
  method: "GET",
  path: "/usage",
  summary: "Sum up what calls used and cost",
  description:
    "By day (UTC), model, provider, key, team, user, customer and tag, or all in one. A call with several tags counts in each. Equal to the ledger; resets aren't counted.",
  access: "team",
  query: usageQuery,
  answers: { 200: { what: "Sums", schema: pageShape(usageShape), contentTypes: ["text/csv"] } },
  async handle(c, { query }) {
    const { services } = c.var;
    const { group_by: groups, order, from, to } = query;
    const organizationId = organizationOf(c, query.organization_id);
    if (from && to && from > to) throw badField("/to", "is before from");
    const last = readCursor(query.cursor, { order, groups });
    // Later pages tell of the same time as the first.
    if (!last) await services.bringLedgerUpToDate(organizationId);
    const range = last?.range ?? rangeOf({ from, to, order }, services.now());
    const report: Report = { organizationId, filters: filtersWithin(c, query), groups, order, range };
    const limit = query.limit ?? (query.format === "csv" ? MAX_CSV_ROWS : DEFAULT_LIMIT);
    const rows = await usageRows(services.database, report, { after: last?.after, limit });
    const page = pageOf(rows, limit, { view: (row) => row, cursor: (row) => cursorAfter(report, row) });
    return query.format === "csv"
      ? csv(c, groups, page)
      : json({ ...page, data: page.data.map((row) => usageView(groups, row)) });
  },
});

/** A file says in its head where the next one is (RFC 8288). */
function csv(c: ControlContext, groups: UsageQuery["group_by"], page: Page<UsageRow>): Response {
  const headers = new Headers({
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": 'attachment; filename="usage.csv"',
  });
  if (page.next_cursor !== null) {
    const next = new URL(c.req.url);
    next.searchParams.set("cursor", page.next_cursor);
    headers.set("link", `<${next.pathname}${next.search}>; rel="next"`);
  }
  return new Response(usageCsv(groups, page.data), { headers });
}
