import { callFiltersOf } from "../books/call-filters.ts";
import { organizationOf } from "../frame/access.ts";
import type { ControlContext } from "../frame/context.ts";
import { type Operation, json, operation } from "../frame/operation.ts";
import { DEFAULT_LIMIT, type Page, pageOf } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import { cursorAfter, readCursor } from "./usage-cursor.ts";
import type { Group } from "./usage-groups.ts";
import { usageQuery } from "./usage-query.ts";
import { rangeOf } from "./usage-range.ts";
import { usagePageShape } from "./usage-shapes.ts";
import { type Report, type UsageRow, usageRows } from "./usage-sums.ts";
import { usageCsv, usageView } from "./usage-views.ts";

/** What was used and what it cost, in sums that are equal to the ledger's. */
export function usageOperations(): Operation[] {
  return [show];
}

/** Rows of a CSV file, where the query has no limit. */
const MAX_CSV_ROWS = 10_000;

const show = operation({
  method: "GET",
  path: "/usage",
  summary: "Report usage and cost",
  description:
    "Sums of the ledger by what `group_by` names, exact to the nano-dollar; with no groups one row of all. A call of several tags counts in each of them. A correction or void counts at its own time.",
  access: "team",
  query: usageQuery,
  answers: { 200: { what: "A page of sums", schema: usagePageShape, contentTypes: ["text/csv"] } },
  async handle(c, { query }) {
    const { services } = c.var;
    const { group_by: groups, order, from, to, format } = query;
    if (from && to && from > to) throw badField("/to", "is before from");
    const organizationId = organizationOf(c, query.organization_id);
    const filters = callFiltersOf(c, query);
    const last = readCursor(query.cursor, { order, groups });
    // Later pages tell of the same time as the first.
    if (!last) await services.bringLedgerUpToDate(organizationId);
    const range = last?.range ?? rangeOf({ from, to, order }, services.now());
    const report: Report = { organizationId, filters, groups, order, range };
    const limit = query.limit ?? (format === "csv" ? MAX_CSV_ROWS : DEFAULT_LIMIT);
    const rows = await usageRows(services.database, report, { after: last?.after, limit });
    const page = pageOf(rows, limit, { view: (row) => row, cursor: (row) => cursorAfter(report, row) });
    if (format === "csv") return csv(c, groups, page);
    return json({ ...page, data: page.data.map((row) => usageView(groups, row)) });
  },
});

/** A file says in its head where the next one is (RFC 8288). */
function csv(c: ControlContext, groups: readonly Group[], page: Page<UsageRow>): Response {
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
