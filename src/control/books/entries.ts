import { type SQL, and, asc, desc, eq, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import * as z from "zod";
import { MAX_MOMENT_MS } from "../frame/fields.ts";
import type { Database } from "../../ledger/database.ts";
import { ledgerEntries } from "../../ledger/books-schema.ts";
import { type UnitOf, unitsOf } from "../budgets/units.ts";
import type { EntryRow } from "./entry-views.ts";

// Reads of the ledger.

/** Entries are made at whole milliseconds, so time and id place one exactly. */
export const entryCursor = z.tuple([z.int().min(0).max(MAX_MOMENT_MS), z.string()]);
export type EntryCursor = z.infer<typeof entryCursor>;

export function cursorOf(row: EntryRow): EntryCursor {
  return [row.at.getTime(), row.id];
}

/** The newest first; one more than the limit. */
export async function newestEntries(
  database: Database,
  { where, after, limit }: { where: (SQL | undefined)[]; after: EntryCursor | undefined; limit: number },
): Promise<EntryRow[]> {
  const older =
    after &&
    sql`(${ledgerEntries.at}, ${ledgerEntries.id}) < (${new Date(after[0]).toISOString()}::timestamptz, ${after[1]})`;
  return database
    .select()
    .from(ledgerEntries)
    .where(and(...where, older))
    .orderBy(desc(ledgerEntries.at), desc(ledgerEntries.id))
    .limit(limit + 1);
}

/** All entries of one hold or request, the latest last. */
export async function entriesOf(
  database: Database,
  organizationId: string,
  of: { holdId: string } | { requestId: string },
): Promise<EntryRow[]> {
  const one =
    "holdId" in of ? eq(ledgerEntries.holdId, of.holdId) : eq(ledgerEntries.requestId, of.requestId);
  return database
    .select()
    .from(ledgerEntries)
    .where(and(eq(ledgerEntries.organizationId, organizationId), one))
    .orderBy(asc(ledgerEntries.sequenceEpoch), asc(ledgerEntries.sequenceN), asc(ledgerEntries.id));
}

/** Lapses that nothing followed: no late settle corrected them, nobody voided them. */
export function openLapses(database: Database, organizationId: string): (SQL | undefined)[] {
  const later = alias(ledgerEntries, "later");
  const followed = database
    .select({ one: sql`1` })
    .from(later)
    .where(
      and(
        eq(later.organizationId, ledgerEntries.organizationId),
        eq(later.holdId, ledgerEntries.holdId),
        sql`${later.id} <> ${ledgerEntries.id}`,
      ),
    );
  return [
    eq(ledgerEntries.organizationId, organizationId),
    eq(ledgerEntries.kind, "lapsed"),
    notExists(followed),
  ];
}

/** What the amounts of these entries in their budgets are counted in. */
export function unitsOfEntries(database: Database, entries: EntryRow[]): Promise<UnitOf> {
  return unitsOf(
    database,
    entries.flatMap(({ budgets }) => budgets.map(({ id }) => id)),
  );
}

/** True for a list that has a first item. */
export function isNonEmpty<T>(items: T[]): items is [T, ...T[]] {
  return items.length > 0;
}
