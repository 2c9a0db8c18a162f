import { type SQL, eq, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../../ledger/database.ts";
import { isUnmet } from "./commit.ts";
import { Problem } from "./problem.ts";

/** How many rows there may be of something: also where several are made at once. */
export interface AtMost {
  rows: { table: PgTable; where: SQL | undefined };
  max: number;
  /** Whose they are. */
  owner: { table: PgTable & { id: PgColumn }; id: string };
  /** In the words of a problem. */
  detail: string;
}

/**
 * The first and the last statement around what makes one more: its owner is locked until the end, so whoever makes another
 * waits, and counts this one. One too many fails the batch.
 */
export function atMost(database: Database, { rows, max, owner }: AtMost) {
  const lock = database
    .select({ one: sql`1` })
    .from(owner.table)
    .where(eq(owner.table.id, owner.id))
    .for("no key update");
  const check = database
    .select({ met: sql`1 / (count(*) <= ${max}::int)::int` })
    .from(rows.table)
    .where(rows.where);
  return [lock, check] as const;
}

/** The batch's answer, or 409 `too_many`. */
export async function orTooMany<T>(
  database: Database,
  { rows, max, detail }: AtMost,
  committed: Promise<T>,
): Promise<T> {
  try {
    return await committed;
  } catch (error) {
    // A batch may demand more than this.
    if (isUnmet(error) && (await database.$count(rows.table, rows.where)) >= max)
      throw new Problem("too_many", detail);
    throw error;
  }
}
