import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { UnitRates } from "../domain/billed-units.ts";
import { ENFORCEMENTS, UNITS } from "../domain/charged-budgets.ts";
import type { Period } from "../domain/period.ts";
import type { Rates } from "../domain/pricing.ts";
import { SCOPE_KINDS } from "../domain/scope.ts";
import { amount, createdAt, moment, updatedAt } from "./columns.ts";
import { organizations } from "./places-schema.ts";

// The Postgres tables of what policy documents say. Amounts of money are `bigint` nano-USD, read as `number` (all are below 2^53).

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
    enforcement: text("enforcement", { enum: ENFORCEMENTS }).notNull().default("hard"),
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
