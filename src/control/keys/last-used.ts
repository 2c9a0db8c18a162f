import { inArray, sql } from "drizzle-orm";
import * as z from "zod";
import type { Database } from "../../ledger/database.ts";
import { ledgerEntries } from "../../ledger/books-schema.ts";
import { keys } from "../../ledger/policy-schema.ts";

const usedRow = z.object({ id: z.string(), used_at: z.coerce.date() });

/**
 * When the call began that each key's latest entry tells of; keys without one aren't in the answer. What an operator does to
 * a call is no use of its key. One look into the ledger's index for each key.
 */
export async function lastUsedOf(database: Database, keyIds: string[]): Promise<Map<string, Date>> {
  if (keyIds.length === 0) return new Map();
  const { rows } = await database.execute(sql`
    select ${keys.id} as id, latest.started_at as used_at from ${keys}
    cross join lateral (
      select started_at from ${ledgerEntries}
      where organization_id = ${keys.organizationId} and key_id = ${keys.id} and kind <> 'void'
      order by at desc limit 1
    ) latest
    where ${inArray(keys.id, keyIds)}`);
  return new Map(rows.map((row) => usedRow.parse(row)).map(({ id, used_at }) => [id, used_at]));
}
