import { type SQL, and, notExists, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Database } from "../../ledger/database.ts";
import { Problem } from "./problem.ts";

// What is referred to isn't deleted: the answer is 409 and says what refers to it.

/** The rows that refer to something, by the name of their resource. */
export type Referrers = Record<string, { table: PgTable; where: SQL | undefined }>;

/** True in the statement that deletes, so that nothing can come in between. */
export function unreferenced(database: Database, referrers: Referrers): SQL | undefined {
  const rows = ({ table, where }: Referrers[string]) =>
    database
      .select({ one: sql`1` })
      .from(table)
      .where(where);
  return and(...Object.values(referrers).map((referrer) => notExists(rows(referrer))));
}

/** Why it couldn't be deleted. */
export async function inUse(database: Database, what: string, referrers: Referrers): Promise<Problem> {
  const counts = await Promise.all(
    Object.entries(referrers).map(
      async ([name, { table, where }]) => [name, await database.$count(table, where)] as const,
    ),
  );
  const references = Object.fromEntries(counts.filter(([, count]) => count > 0));
  const named = Object.entries(references).map(([name, count]) => `${name}: ${count}`);
  return new Problem("in_use", `The ${what} is referred to by ${named.join(", ")}`, {
    members: { references },
  });
}
