import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";

const MIGRATIONS = join(import.meta.dirname, "../../drizzle");

/** Brings a database to where it was before the migration of this name. */
export async function migrateUntil(pg: PGlite, tag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    const journal = join(folder, "meta/_journal.json");
    const { entries, ...rest } = JSON.parse(await readFile(journal, "utf8")) as {
      entries: { tag: string }[];
    };
    const end = entries.findIndex((entry) => entry.tag.endsWith(tag));
    if (end < 0) throw new Error(`there is no migration ${tag}`);
    await writeFile(journal, JSON.stringify({ ...rest, entries: entries.slice(0, end) }));
    await migrate(drizzle(pg), { migrationsFolder: folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Books as the version did that counted entries, and raised no alerts. */
export function bookWithoutAlerts(pg: PGlite): Ledger["book"] {
  return async (org, { epoch, tag, out, length }, entries) => {
    const { rows } = await pg.query<{ booked: Awaited<ReturnType<Ledger["book"]>> }>(
      "select tollgate_book($1, $2, $3, $4, $5, $6::jsonb) as booked",
      [org, epoch, tag, out, length, JSON.stringify(entries)],
    );
    const [row] = rows;
    if (!row) throw new Error("the function answered nothing");
    return row.booked;
  };
}

/** Brings it to where it is now. */
export function migrateToday(pg: PGlite): Promise<void> {
  return migrate(drizzle(pg), { migrationsFolder: MIGRATIONS });
}
