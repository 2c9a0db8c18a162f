import { Client } from "pg";
import { type Migrations, migrationsOf } from "./migrations.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Which migrations a database has, over a connection of its own. Throws what `pg` throws. */
export async function readMigrations(url: string): Promise<Migrations> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    return await migrationsOf((statement) => client.query(statement));
  } finally {
    await client.end();
  }
}
