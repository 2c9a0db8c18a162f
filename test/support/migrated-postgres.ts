// An embedded Postgres as the migrations leave it. To make one takes seconds of CPU, most of them for `initdb`; to open a
// copy takes a fifth of that.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import type { Backend } from "../../src/local/postgres/backend.ts";
import { embedded } from "../../src/local/postgres/embedded.ts";
import { madeOnce, PROJECT } from "./made-once.ts";

const DUMP = "postgres.tar";
const PGLITE = "node_modules/@electric-sql/pglite/package.json";

/** A database of the caller's own, in memory. */
export async function openMigrated(): Promise<Backend> {
  return embedded({ from: await migratedDump() });
}

let dump: Promise<Blob> | undefined;

/** What a new database begins with in place of `initdb` and migrations. */
export function migratedDump(): Promise<Blob> {
  dump ??= readOrMake();
  return dump;
}

async function readOrMake(): Promise<Blob> {
  const folder = await madeOnce({
    name: "migrated-postgres",
    from: ["drizzle", PGLITE],
    async make(folder) {
      const database = await PGlite.create();
      await migrate(drizzle(database), { migrationsFolder: join(PROJECT, "drizzle") });
      const dump = await database.dumpDataDir("none");
      await writeFile(join(folder, DUMP), Buffer.from(await dump.arrayBuffer()));
      await database.close();
    },
  });
  return new Blob([await readFile(join(folder, DUMP))]);
}
