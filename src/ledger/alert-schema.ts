import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { Sealed } from "../sealed.ts";
import { createdAt, moment, updatedAt } from "./columns.ts";

import { organizations } from "./places-schema.ts";

// What operators are told of, and how it reaches them.

export const ALERT_TYPES = [
  "budget.threshold",
  "budget.exhausted",
  "budget.refused",
  "hold.lapsed",
  "key.expiring",
  "books.drift",
  "webhook.test",
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** What happened, once: `occasion` names it, such as a budget, its period and a threshold. */
export const alerts = pgTable(
  "alerts",
  {
    organizationId: text("organization_id").notNull(),
    occasion: text("occasion").notNull(),
    id: text("id").notNull(),
    type: text("type", { enum: ALERT_TYPES }).notNull(),
    data: jsonb("data").$type<Record<string, unknown>>().notNull(),
    at: moment("at").notNull(),
    /** Then it goes: its period is long over, so that it can't be raised again. Null: the period never ends. */
    keepUntil: moment("keep_until"),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.occasion] }),
    index("alerts_by_end").on(table.organizationId, table.keepUntil),
  ],
);

export const webhookEndpoints = pgTable(
  "webhook_endpoints",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    url: text("url").notNull(),
    events: jsonb("events").$type<AlertType[]>().notNull(),
    /** What signs the deliveries. */
    sealed: jsonb("sealed").$type<Sealed>().notNull(),
    enabled: boolean("enabled").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("webhook_endpoints_by_organization").on(table.organizationId, table.id)],
);

export type EndpointRow = typeof webhookEndpoints.$inferSelect;

/** One alert on its way to one endpoint. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id").notNull(),
    endpointId: text("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: "cascade" }),
    type: text("type", { enum: ALERT_TYPES }).notNull(),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** When it is tried next; null: it arrived, or was given up. */
    dueAt: moment("due_at"),
    deliveredAt: moment("delivered_at"),
    /** Of the last attempt: the receiver's status, or why there was none. */
    status: integer("status"),
    error: text("error"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index("webhook_deliveries_by_endpoint").on(table.endpointId, table.id),
    index("webhook_deliveries_due")
      .on(table.organizationId, table.dueAt)
      .where(sql`due_at is not null`),
    index("webhook_deliveries_ended")
      .on(table.organizationId, table.createdAt)
      .where(sql`due_at is null`),
  ],
);

export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
