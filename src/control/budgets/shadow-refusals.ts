import { and, eq, gte, inArray, sql } from "drizzle-orm";
import type { Database } from "../../ledger/database.ts";
import type { BudgetRow } from "../../ledger/rows.ts";
import { ledgerEntries } from "../../ledger/books-schema.ts";

/** The calls of one period that a shadow budget would have refused if it were hard. A hold has one entry of these kinds. */
export async function countShadowRefusals(
  database: Database,
  row: Pick<BudgetRow, "id" | "organizationId" | "createdAt">,
  { counter, periodStartMs }: { counter: string; periodStartMs: number },
): Promise<number> {
  const refused = JSON.stringify([row.id]);
  const counted = JSON.stringify([{ counter, period_start: periodStartMs }]);
  return database.$count(
    ledgerEntries,
    and(
      eq(ledgerEntries.organizationId, row.organizationId),
      inArray(ledgerEntries.kind, ["settled", "lapsed"]),
      // No entry is older than its period or the budget, so the index bounds what is read.
      gte(ledgerEntries.at, new Date(Math.max(periodStartMs, row.createdAt.getTime()))),
      sql`${ledgerEntries.shadowRefusals} @> ${refused}::jsonb`,
      sql`${ledgerEntries.budgets} @> ${counted}::jsonb`,
    ),
  );
}
