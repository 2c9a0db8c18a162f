import { type SQL, and, desc, lt } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import * as z from "zod";
import type { Database } from "../../ledger/database.ts";
import { decodeCursor } from "./pages.ts";

interface Listed {
  query: { limit: number; cursor?: string | undefined };
  /** What an id of this list looks like: a cursor holds the last one of the page before. */
  id: RegExp;
  where: (SQL | undefined)[];
}

/** The rows of a page for `pageOf`, the newest first: ids sort by the time they were made. */
export async function newestRows<Table extends PgTable & { id: PgColumn }>(
  database: Database,
  table: Table,
  { query, id, where }: Listed,
): Promise<Table["$inferSelect"][]> {
  const after = decodeCursor(query.cursor, z.tuple([z.string().regex(id)]));
  return database
    .select()
    .from<PgTable>(table)
    .where(and(...where, after && lt(table.id, after[0])))
    .orderBy(desc(table.id))
    .limit(query.limit + 1);
}

/** The cursor of such a list. */
export const byId = ({ id }: { id: string }): [string] => [id];
