import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { Usage } from "../domain/usage.ts";
import { amount, createdAt, moment } from "./columns.ts";

// The Postgres tables of money spent. Amounts are `bigint` nano-USD, read as `number` (all are below 2^53). What the drain, the
// rebuild and the recovery do in one step is in SQL functions: drizzle/0001_books.sql.

/** The state of one organization's books: protocol state that must outlive Redis. */
export const organizationBooks = pgTable("organization_books", {
  organizationId: text("organization_id").primaryKey(),
  /** The last epoch handed out. */
  epoch: amount("epoch").notNull().default(0),
  /** Drains of an epoch below this are refused. */
  fence: amount("fence").notNull().default(0),
  /** Sequence and tag of the last entry drained. */
  watermarkEpoch: amount("watermark_epoch").notNull().default(0),
  watermarkN: amount("watermark_n").notNull().default(0),
  watermarkTag: text("watermark_tag").notNull().default("-"),
  /** Entries ever booked: of two histories of one epoch, the one thing that no other gives out twice. */
  entryCount: amount("entry_count").notNull().default(0),
});

/** What one entry counted in one budget. `instance`: of a wildcard budget. Times are milliseconds of the epoch. */
export interface EntryBudget {
  id: string;
  instance?: string;
  counter: string;
  period_start: number;
  amount: number;
}

export const ENTRY_KINDS = ["settled", "lapsed", "correction", "void", "reset"] as const;

/** Immutable, signed rows of money. Only the drain writes them (law 1). */
export const ledgerEntries = pgTable(
  "ledger_entries",
  {
    id: text("id").notNull(),
    organizationId: text("organization_id").notNull(),
    holdId: text("hold_id").notNull(),
    requestId: text("request_id").notNull(),
    kind: text("kind", { enum: ENTRY_KINDS }).notNull(),
    amount: amount("amount").notNull(),
    budgets: jsonb("budgets").$type<EntryBudget[]>().notNull(),
    keyId: text("key_id").notNull(),
    teamId: text("team_id"),
    userId: text("user_id"),
    customer: text("customer"),
    tags: jsonb("tags").$type<string[]>().notNull().default([]),
    provider: text("provider").notNull(),
    modelRequested: text("model_requested").notNull(),
    model: text("model").notNull(),
    endpoint: text("endpoint").notNull(),
    stream: boolean("stream").notNull(),
    usage: jsonb("usage").$type<Usage>(),
    priceVersion: text("price_version"),
    serviceTier: text("service_tier"),
    /** What the provider stated that the call costs, in nano-USD. */
    providerCost: amount("provider_cost"),
    estimated: boolean("estimated").notNull().default(false),
    outcome: text("outcome").notNull(),
    status: integer("status"),
    /** What the hold set aside, and what the settle cost beyond it, in nano-USD. */
    hold: amount("hold").notNull(),
    overrun: amount("overrun").notNull().default(0),
    startedAt: moment("started_at").notNull(),
    /** Shadow budgets that would have refused the call if they were hard. */
    shadowRefusals: jsonb("shadow_refusals").$type<string[]>().notNull().default([]),
    firstByteMs: integer("first_byte_ms"),
    durationMs: integer("duration_ms"),
    /** When the entry was made in Redis. */
    at: moment("at").notNull(),
    sequenceEpoch: amount("sequence_epoch").notNull(),
    sequenceN: amount("sequence_n").notNull(),
    bookedAt: moment("booked_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index("ledger_by_hold").on(table.organizationId, table.holdId),
    index("ledger_by_request").on(table.requestId),
    index("ledger_by_time").on(table.organizationId, table.at, table.id),
    index("ledger_by_key").on(table.organizationId, table.keyId, table.at),
    // Each of these costs a booking something, and each keeps one filter of GET /ledger from reading it all.
    index("ledger_by_customer")
      .on(table.organizationId, table.customer, table.at)
      .where(sql`customer is not null`),
    index("ledger_by_team")
      .on(table.organizationId, table.teamId, table.at)
      .where(sql`team_id is not null`),
    index("ledger_by_user")
      .on(table.organizationId, table.userId, table.at)
      .where(sql`user_id is not null`),
    // A provider's entries are found in it, too: there are few models.
    index("ledger_by_model").on(table.organizationId, table.model, table.provider, table.at),
    index("ledger_by_tag").using("gin", table.tags.op("jsonb_path_ops")),
    // Nearly all are settled, and are found by time.
    index("ledger_by_rare_kind")
      .on(table.organizationId, table.kind, table.at)
      .where(sql`kind <> 'settled'`),
  ],
);

/** The sum of the ledger per counter and period: what a rebuild starts from. */
export const budgetTotals = pgTable(
  "budget_totals",
  {
    organizationId: text("organization_id").notNull(),
    counter: text("counter").notNull(),
    /** Milliseconds of the epoch. */
    periodStart: amount("period_start").notNull(),
    spent: amount("spent").notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.counter, table.periodStart] })],
);

/** Settles that couldn't reach Redis within their retries; later drains replay them. */
export const strandedSettles = pgTable(
  "stranded_settles",
  {
    organizationId: text("organization_id").notNull(),
    holdId: text("hold_id").notNull(),
    settle: jsonb("settle").$type<unknown>().notNull(),
    createdAt: createdAt(),
    doneAt: moment("done_at"),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.holdId] }),
    index("stranded_open")
      .on(table.organizationId)
      .where(sql`done_at is null`),
  ],
);

/**
 * Responses that providers make in the background: the hold that waits for one, and how it ended, whichever is heard of
 * first. With both the hold is settled, once (R45).
 */
export const backgroundResponses = pgTable(
  "background_responses",
  {
    organizationId: text("organization_id").notNull(),
    provider: text("provider").notNull(),
    responseId: text("response_id").notNull(),
    /** Null until the call that asked for it is known. */
    holdId: text("hold_id"),
    /** What the hold's settle needs. */
    call: jsonb("call").$type<unknown>(),
    /** What an answer about it said at its end. */
    reading: jsonb("reading").$type<unknown>(),
    createdAt: createdAt(),
    doneAt: moment("done_at"),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.provider, table.responseId] }),
    index("background_age").on(table.organizationId, table.createdAt),
  ],
);
