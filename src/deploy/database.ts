import { Client } from "pg";
import { LAST_APPLIED_SQL, type Migrations, migrationsAfter, NEVER_MIGRATED_CODES } from "./migrations.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Which migrations a database has, over a connection of its own. Throws what `pg` throws. */
export async function readMigrations(url: string): Promise<Migrations> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    const { rows } = await client.query<{ last: string | null }>(LAST_APPLIED_SQL);
    const last = rows[0]?.last ?? null;
    return migrationsAfter(last === null ? null : Number(last));
  } catch (error) {
    const isNew = error instanceof Error && "code" in error && NEVER_MIGRATED_CODES.has(error.code);
    if (!isNew) throw error;
    return migrationsAfter(null);
  } finally {
    await client.end();
  }
}
