import { date, index, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { amount } from "./columns.ts";

/**
 * The ledger's sums per day (UTC) and everything that a report groups by. Kept in the transaction that books the entries,
 * so they are equal to the ledger.
 */
export const usageTotals = pgTable(
  "usage_totals",
  {
    organizationId: text("organization_id").notNull(),
    day: date("day", { mode: "string" }).notNull(),
    /** Of all the columns that say whose usage it is: their texts together are too long for an index. */
    digest: text("digest").notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    keyId: text("key_id").notNull(),
    teamId: text("team_id"),
    userId: text("user_id"),
    customer: text("customer"),
    tags: jsonb("tags").$type<string[]>().notNull(),
    requests: amount("requests").notNull(),
    inputTokens: amount("input_tokens").notNull(),
    outputTokens: amount("output_tokens").notNull(),
    /** Nano-USD, signed. */
    cost: amount("cost").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.day, table.digest] }),
    index("usage_totals_by_key").on(table.organizationId, table.keyId, table.day),
  ],
);
