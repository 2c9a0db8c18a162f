import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { UnitRates } from "../domain/billed-units.ts";
import { UNITS } from "../domain/charged-budgets.ts";
import type { Period } from "../domain/period.ts";
import type { Rates } from "../domain/pricing.ts";
import { SCOPE_KINDS } from "../domain/scope.ts";
import type { Usage } from "../domain/usage.ts";
import { amount, createdAt, moment, updatedAt } from "./columns.ts";

// The Postgres tables of money and policy; operators' own are in control-schema.ts, alerts in alert-schema.ts, reports in
// usage-schema.ts. Amounts of money are `bigint` nano-USD, read as `number` (all are below 2^53).
// What the drain, the rebuild and the recovery do in one step is in SQL functions: drizzle/0001_books.sql.

export const organizations = pgTable("organizations", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  modelAliases: jsonb("model_aliases").$type<Record<string, string>>(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

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

export const keys = pgTable(
  "keys",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    teamId: text("team_id"),
    userId: text("user_id"),
    name: text("name"),
    /** The last characters of the secret, to recognize it by. */
    hint: text("hint").notNull(),
    /** Half of the secret's HMAC: finds the key, can't be turned back into the secret. */
    digest: text("digest").notNull(),
    /** After a rotation: the secret before, and until when it works beside the new one. */
    previousDigest: text("previous_digest"),
    previousEndsAt: moment("previous_ends_at"),
    enabled: boolean("enabled").notNull().default(true),
    revokedAt: moment("revoked_at"),
    expiresAt: moment("expires_at"),
    models: jsonb("models").$type<string[]>(),
    endpoints: jsonb("endpoints").$type<string[]>(),
    providers: jsonb("providers").$type<string[]>(),
    modelAliases: jsonb("model_aliases").$type<Record<string, string>>(),
    tags: jsonb("tags").$type<string[]>(),
    metadata: jsonb("metadata").$type<Record<string, unknown>>(),
    whenShort: text("when_short", { enum: ["clamp", "reject"] })
      .notNull()
      .default("clamp"),
    minOutputTokens: integer("min_output_tokens").notNull().default(256),
    onDisconnect: text("on_disconnect", { enum: ["drain", "abort"] })
      .notNull()
      .default("drain"),
    allowUnpriced: boolean("allow_unpriced").notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex("keys_digest").on(table.digest),
    uniqueIndex("keys_previous_digest").on(table.previousDigest),
    index("keys_by_organization").on(table.organizationId, table.id),
  ],
);

export const teams = pgTable(
  "teams",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    name: text("name").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("teams_by_organization").on(table.organizationId, table.id)],
);

export const users = pgTable(
  "users",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    externalId: text("external_id"),
    email: text("email"),
    name: text("name"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index("users_by_organization").on(table.organizationId, table.id),
    uniqueIndex("users_external_id").on(table.organizationId, table.externalId),
  ],
);

export const teamMembers = pgTable(
  "team_members",
  {
    teamId: text("team_id")
      .notNull()
      .references(() => teams.id),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    role: text("role"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.userId] })],
);

/** End users of the callers' apps, by the callers' own ids. One needs no row to be counted, only to be named or blocked. */
export const customers = pgTable(
  "customers",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    id: text("id").notNull(),
    name: text("name"),
    blocked: boolean("blocked").notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] })],
);

export const budgets = pgTable(
  "budgets",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    scopeKind: text("scope_kind", { enum: SCOPE_KINDS }).notNull(),
    scopeId: text("scope_id").notNull(),
    /** Narrows a scope id of "*" to one team. */
    scopeTeamId: text("scope_team_id"),
    unit: text("unit", { enum: UNITS }).notNull(),
    /** Nano-USD for `usd`, a count for the other units. */
    limit: amount("limit_amount").notNull(),
    period: jsonb("period").$type<Period>().notNull(),
    models: jsonb("models").$type<string[]>(),
    enforcement: text("enforcement", { enum: ["hard", "soft", "shadow"] })
      .notNull()
      .default("hard"),
    onLapse: text("on_lapse", { enum: ["charge", "release"] })
      .notNull()
      .default("charge"),
    onStoreOutage: text("on_store_outage", { enum: ["closed", "open"] })
      .notNull()
      .default("closed"),
    includeTeamSpend: boolean("include_team_spend").notNull().default(false),
    countFrom: text("count_from", { enum: ["now", "period_start"] })
      .notNull()
      .default("now"),
    alertAt: jsonb("alert_at").$type<number[]>().notNull().default([0.5, 0.8, 1]),
    name: text("name"),
    /** Counts the period changes: each starts a new counter. */
    generation: integer("generation").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("budgets_by_scope").on(table.organizationId, table.scopeKind, table.scopeId)],
);

/** What an operator says that models cost, in place of the list. Amounts as in `Price`: nano-USD per million, and each. */
export const priceOverrides = pgTable(
  "price_overrides",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    provider: text("provider").notNull(),
    /** The provider's name of the model, or a glob. */
    model: text("model").notNull(),
    /** Times the list price, in thousand-millionths; then there are no amounts. */
    multiplier: amount("multiplier"),
    rates: jsonb("rates").$type<Rates>(),
    units: jsonb("units").$type<UnitRates>(),
    perRequest: amount("per_request"),
    toolCalls: jsonb("tool_calls").$type<Record<string, number>>(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.provider, table.model] })],
);

/** What the ledger's amounts in budgets that are gone were counted in. */
export const deletedBudgets = pgTable("deleted_budgets", {
  id: text("id").primaryKey(),
  organizationId: text("organization_id").notNull(),
  unit: text("unit", { enum: UNITS }).notNull(),
  deletedAt: moment("deleted_at").notNull().defaultNow(),
});

/** Temporary changes of one budget's limit. */
export const adjustments = pgTable(
  "adjustments",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id").notNull(),
    budgetId: text("budget_id")
      .notNull()
      .references(() => budgets.id, { onDelete: "cascade" }),
    /** Signed; in the budget's unit, nano-USD for `usd`. */
    amount: amount("amount").notNull(),
    /** Null: for good. */
    until: moment("until"),
    reason: text("reason"),
    createdAt: createdAt(),
  },
  (table) => [index("adjustments_by_budget").on(table.budgetId, table.id)],
);

/**
 * The version of each policy document that Redis holds (a key, or the budgets of a scope). Raised in the
 * statement batch that changes what the document says, so that a reader sees both or neither (law 10).
 */
export const policyVersions = pgTable(
  "policy_versions",
  {
    organizationId: text("organization_id").notNull(),
    /** `key`: the id is a key's digest. `scope`: the id is `<kind>:<id>`. */
    kind: text("kind", { enum: ["key", "scope"] }).notNull(),
    id: text("id").notNull(),
    version: amount("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.kind, table.id] })],
);

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

/** The first answer of each POST that carried an Idempotency-Key. */
export const idempotencyKeys = pgTable("idempotency_keys", {
  id: text("id").primaryKey(),
  bodyDigest: text("body_digest").notNull(),
  status: integer("status"),
  response: jsonb("response").$type<unknown>(),
  createdAt: createdAt(),
});
