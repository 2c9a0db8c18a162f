import { bigint, timestamp } from "drizzle-orm/pg-core";

// Columns that all tables write alike.

/** Nano-USD or a count, below 2^53. */
export const amount = (name: string) => bigint(name, { mode: "number" });
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
export const createdAt = () => moment("created_at").notNull().defaultNow();
export const updatedAt = () => moment("updated_at").notNull().defaultNow();
