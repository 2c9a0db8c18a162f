import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** Brings it to where it is now. */
export function migrateToday(pg: PGlite): Promise<void> {
  return migrate(drizzle(pg), { migrationsFolder: MIGRATIONS });
}
