import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { PROVIDER_KINDS } from "../domain/policy.ts";
import type { Sealed } from "../sealed.ts";
import { amount, createdAt, moment, updatedAt } from "./columns.ts";
import { organizations } from "./places-schema.ts";

// The tables of operators: who may do what, whose providers are called, and who changed what.

export const ROLES = ["admin", "org-admin", "team-admin", "read-only"] as const;
export type Role = (typeof ROLES)[number];

/** Tokens for REST. The secret is 256 random bits, so that its plain digest tells nothing of it. */
export const managementTokens = pgTable(
  "management_tokens",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    role: text("role", { enum: ROLES }).notNull(),
    /** Null: of every organization; an admin's only. */
    organizationId: text("organization_id").references(() => organizations.id),
    /** What a team-admin, or a reader of one team, is held to. */
    teamId: text("team_id"),
    digest: text("digest").notNull(),
    hint: text("hint").notNull(),
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [uniqueIndex("management_tokens_digest").on(table.digest)],
);

/** An organization's or a team's own credential of a provider, or a provider that it adds itself. */
export const providerCredentials = pgTable(
  "provider_credentials",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    /** Empty: all of the organization. */
    teamId: text("team_id").notNull().default(""),
    name: text("name").notNull(),
    /** Null: a provider that Tollgate knows by this name. */
    kind: text("kind", { enum: PROVIDER_KINDS }),
    baseUrl: text("base_url"),
    /** Null: the provider asks for no credential. */
    sealed: jsonb("sealed").$type<Sealed>(),
    /** The last characters of the credential, to recognize it by. */
    hint: text("hint"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.teamId, table.name] })],
);

/** Who changed what: written by triggers, in the transaction of the change. Never edited. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: amount("id").primaryKey().generatedAlwaysAsIdentity(),
    at: moment("at").notNull().defaultNow(),
    /** Null: of no organization. */
    organizationId: text("organization_id"),
    teamId: text("team_id"),
    /** `admin`, a token's id, or `database` for a change that didn't come through REST. */
    actor: text("actor").notNull(),
    requestId: text("request_id"),
    /** `created`, `changed`, `deleted`, and what else is done to a resource. */
    action: text("action").notNull(),
    /** The table of the row. */
    resource: text("resource").notNull(),
    resourceId: text("resource_id").notNull(),
    /** The row before and after, without secrets. */
    before: jsonb("before").$type<Record<string, unknown>>(),
    after: jsonb("after").$type<Record<string, unknown>>(),
  },
  (table) => [index("audit_by_organization").on(table.organizationId, table.id)],
);

/** The first answer of each POST that carried an Idempotency-Key. */
export const idempotencyKeys = pgTable("idempotency_keys", {
  id: text("id").primaryKey(),
  bodyDigest: text("body_digest").notNull(),
  status: integer("status"),
  response: jsonb("response").$type<unknown>(),
  createdAt: createdAt(),
});
