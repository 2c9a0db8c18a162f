import { type SQL, and, eq, sql } from "drizzle-orm";
import * as z from "zod";
import type { Database } from "../../ledger/database.ts";
import { ledgerEntries } from "../../ledger/books-schema.ts";
import { usageTotals } from "../../ledger/usage-schema.ts";
import { type CallFilters, callFilters } from "../books/call-filters.ts";
import { type Group, type GroupValue, columnOf, sortKeyAt, sortKeyOf, sortOrder } from "./usage-groups.ts";
import { type Range, splitRange } from "./usage-range.ts";

// Sums of the ledger: whole days from their totals, what is left of the range from the entries.

export interface Report {
  organizationId: string;
  filters: CallFilters;
  groups: readonly Group[];
  /** `cost`: the dearest first. */
  order: "group" | "cost";
  range: Range;
}

export interface UsageRow {
  /** In the order of the report's groups. */
  values: GroupValue[];
  requests: number;
  inputTokens: number;
  outputTokens: number;
  /** Of a whole organization it may exceed 2^53. */
  costNanoUsd: bigint;
}

const sumsRow = z.object({
  group_values: z.array(z.string().nullable()),
  requests: z.coerce.number(),
  input_tokens: z.coerce.number(),
  output_tokens: z.coerce.number(),
  cost: z.string().transform(BigInt),
});

/** One more than the limit. With no groups it is one row, also of no calls. */
export async function usageRows(
  database: Database,
  report: Report,
  page: { after: Pick<UsageRow, "values" | "costNanoUsd"> | undefined; limit: number },
): Promise<UsageRow[]> {
  const { rows } = await database.execute(sumsOf(report, page));
  return rows.map((row) => {
    const { group_values, requests, input_tokens, output_tokens, cost } = sumsRow.parse(row);
    return {
      values: group_values,
      requests,
      inputTokens: input_tokens,
      outputTokens: output_tokens,
      costNanoUsd: cost,
    };
  });
}

/** One statement, so that all it sums was there at one moment. */
export function sumsOf(report: Report, page: Parameters<typeof usageRows>[2]): SQL {
  const { groups, order } = report;
  const sorted = sortOrder(groups);
  const sortKeys = [...(order === "cost" ? [sql`-sum(cost)`] : []), ...sorted.map(sortKeyOf)];
  const columns = groups.map(columnOf);
  const isGrouped = groups.length > 0;
  return sql`with calls as (${callsOf(report)})
    select jsonb_build_array(${list(columns)}) as group_values,
      coalesce(sum(requests), 0)::text as requests,
      coalesce(sum(input_tokens), 0)::text as input_tokens,
      coalesce(sum(output_tokens), 0)::text as output_tokens,
      coalesce(sum(cost), 0)::text as cost
    from calls ${when(groups.includes("tag"), sql`left join lateral jsonb_array_elements_text(tags) as tag on true`)}
    ${when(isGrouped, sql`group by ${list(columns)}`)}
    ${page.after ? sql`having (${list(sortKeys)}) > (${list(keysAfter(report, page.after))})` : sql``}
    ${when(isGrouped, sql`order by ${list(sortKeys)}`)}
    limit ${page.limit + 1}`;
}

function keysAfter({ groups, order }: Report, after: Pick<UsageRow, "values" | "costNanoUsd">): SQL[] {
  const keys = sortOrder(groups).map((group) =>
    sortKeyAt(group, after.values[groups.indexOf(group)] ?? null),
  );
  return order === "cost" ? [sql`-(${String(after.costNanoUsd)}::numeric)`, ...keys] : keys;
}

function callsOf({ range, ...report }: Report): SQL {
  const { wholeDays, edges } = splitRange(range);
  const parts = edges.map(({ fromMs, toMs }) => entriesBetween(report, fromMs, toMs));
  if (wholeDays) parts.unshift(totalsBetween(report, wholeDays));
  // Without any moment in it, the range has no calls, but they have columns.
  if (parts.length === 0) parts.push(totalsBetween(report, { from: 0, to: 0 }));
  return sql.join(parts, sql` union all `);
}

type Whose = Pick<Report, "organizationId" | "filters">;

function totalsBetween(
  { organizationId, filters }: Whose,
  { from, to }: { from: number; to: number | null },
): SQL {
  const { day } = usageTotals;
  const where = and(
    eq(usageTotals.organizationId, organizationId),
    ...callFilters(filters, usageTotals),
    sql`${day} >= date '1970-01-01' + ${from}::int`,
    to === null ? undefined : sql`${day} < date '1970-01-01' + ${to}::int`,
  );
  return sql`select day, ${COLUMNS}, requests, input_tokens, output_tokens, cost from usage_totals where ${where}`;
}

function entriesBetween({ organizationId, filters }: Whose, fromMs: number, toMs: number): SQL {
  const where = and(
    eq(ledgerEntries.organizationId, organizationId),
    ...callFilters(filters, ledgerEntries),
    sql`${ledgerEntries.at} >= ${momentOf(fromMs)}`,
    sql`${ledgerEntries.at} < ${momentOf(toMs)}`,
  );
  return sql`select day, ${COLUMNS}, requests, input_tokens, output_tokens, amount as cost from ledger_entries, tollgate_usage_of(ledger_entries) where ${where}`;
}

/** As a count, since the day after the last one that has a text has none. */
const momentOf = (ms: number): SQL => sql`to_timestamp(${ms}::bigint / 1000.0)`;

const COLUMNS = sql`provider, model, key_id, team_id, user_id, customer, tags`;

const list = (parts: SQL[]): SQL => sql.join(parts, sql`, `);
const when = (condition: boolean, part: SQL): SQL => (condition ? part : sql``);
