import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

// The migrations of this checkout, and which of them a database lacks.

export const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../drizzle");

/** The time of the last migration that drizzle applied; null: none. Its table is missing in a database that never had any. */
const LAST_APPLIED_SQL = `select max(created_at) as "last" from drizzle.__drizzle_migrations`;
/** Postgres: relation, or schema, does not exist. */
const NEVER_MIGRATED_CODES: ReadonlySet<unknown> = new Set(["42P01", "3F000"]);

const journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

export interface Migrations {
  applied: string[];
  pending: string[];
}

/** Which migrations a database has. `ask`: runs a statement there, and gives its rows. Throws what that throws. */
export async function migrationsOf(
  ask: (statement: string) => Promise<{ rows: Record<string, unknown>[] }>,
): Promise<Migrations> {
  try {
    const { rows } = await ask(LAST_APPLIED_SQL);
    const last = rows[0]?.["last"] ?? null;
    return migrationsAfter(last === null ? null : Number(last));
  } catch (error) {
    if (!isNeverMigrated(error)) throw error;
    return migrationsAfter(null);
  }
}

/** Drizzle wraps what the driver says. */
function isNeverMigrated(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && NEVER_MIGRATED_CODES.has(error.code)) || isNeverMigrated(error.cause);
}

/** By name, in their order. `lastAppliedMs`: of the last that was applied; drizzle applies what is later. */
export function migrationsAfter(lastAppliedMs: number | null): Migrations {
  const text = readFileSync(join(MIGRATIONS_FOLDER, "meta/_journal.json"), "utf8");
  const { entries } = journal.parse(JSON.parse(text));
  const isApplied = ({ when }: { when: number }) => lastAppliedMs !== null && when <= lastAppliedMs;
  const names = (some: { tag: string }[]) => some.map(({ tag }) => tag);
  return {
    applied: names(entries.filter(isApplied)),
    pending: names(entries.filter((entry) => !isApplied(entry))),
  };
}
