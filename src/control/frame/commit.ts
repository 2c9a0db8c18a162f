import { type SQL, sql } from "drizzle-orm";
import type { BatchItem, BatchResponse } from "drizzle-orm/batch";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../../ledger/database.ts";
import type { ControlContext } from "./context.ts";
import { sqlStateOf } from "./failures.ts";

type Statements = Readonly<[BatchItem<"pg">, ...BatchItem<"pg">[]]>;

/**
 * Runs the statements of a change as one transaction that knows who makes it: the audit is written by triggers on the
 * tables, which read it there. Answers each statement's rows.
 */
export async function commit<T extends Statements>(
  c: ControlContext,
  statements: T,
): Promise<BatchResponse<T>> {
  const { database } = c.var.services;
  const [, ...answers] = await database.batch([tellActor(c), ...statements]);
  return answers; // The first was of our own statement.
}

/** A statement that fails its batch where no such row is left: a batch over HTTP can't branch, so it divides by zero. */
export function demand(database: Database, table: PgTable, where: SQL | undefined) {
  return database
    .select({ met: sql`1 / count(*)` })
    .from(table)
    .where(where);
}

/** Whether a batch failed by what it demands. */
export function isUnmet(error: unknown): boolean {
  return sqlStateOf(error) === DIVISION_BY_ZERO;
}

const DIVISION_BY_ZERO = "22012";

function tellActor(c: ControlContext) {
  const { principal, requestId, services } = c.var;
  const actor = JSON.stringify({
    actor: principal.actor,
    request_id: requestId,
    at: new Date(services.now()).toISOString(),
  });
  // True: until the transaction's end.
  return services.database
    .select({ set: sql`set_config('tollgate.actor', ${actor}, true)` })
    .from(sql`(select 1) as one`);
}
