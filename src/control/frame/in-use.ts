import { type SQL, and, notExists, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../../ledger/database.ts";
import { commit } from "./commit.ts";
import type { ControlContext } from "./context.ts";
import { Problem } from "./problem.ts";

// What is referred to isn't deleted: the answer is 409 and says what refers to it.

/** The rows that refer to something, by the name of their resource. */
export type Referrers = Record<string, { table: PgTable; where: SQL | undefined }>;

interface Deletion {
  table: PgTable;
  where: SQL | undefined;
  /** What it is, for the client. */
  what: string;
  referrers: Referrers;
  /** Statements of the same transaction. */
  along?: BatchItem<"pg">[];
}

/** Deletes what nothing refers to; else it is a 409 that says what does. */
export async function deleteUnreferenced(
  c: ControlContext,
  { table, where, what, referrers, along = [] }: Deletion,
): Promise<void> {
  const { database } = c.var.services;
  await refuseReferred(database, what, referrers);
  const [gone] = await commit(c, [
    database
      .delete(table)
      .where(and(where, unreferenced(database, referrers)))
      .returning({ one: sql`1` }),
    ...along,
  ]);
  if (gone.length === 0) await refuseReferred(database, what, referrers); // What came in between.
}

/** True in the statement that deletes, so that nothing can come in between. */
function unreferenced(database: Database, referrers: Referrers): SQL | undefined {
  const rows = ({ table, where }: Referrers[string]) =>
    database
      .select({ one: sql`1` })
      .from(table)
      .where(where);
  return and(...Object.values(referrers).map((referrer) => notExists(rows(referrer))));
}

/** Ends the call where something refers to it, and says what. */
async function refuseReferred(database: Database, what: string, referrers: Referrers): Promise<void> {
  const counts = await Promise.all(
    Object.entries(referrers).map(
      async ([name, { table, where }]) => [name, await database.$count(table, where)] as const,
    ),
  );
  const references = Object.fromEntries(counts.filter(([, count]) => count > 0));
  const named = Object.entries(references).map(([name, count]) => `${name}: ${count}`);
  if (named.length === 0) return;
  throw new Problem("in_use", `The ${what} is referred to by ${named.join(", ")}`, {
    members: { references },
  });
}
