import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readMigrations } from "../../src/deploy/database.ts";
import { MIGRATIONS_FOLDER, migrationsAfter } from "../../src/deploy/migrations.ts";
import { external } from "../../src/local/postgres/external.ts";
import { postgresIsAvailable, type PostgresServer, startPostgresServer } from "../local/postgres-server.ts";

describe.runIf(postgresIsAvailable())("the migrations of a Postgres server", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());

  test("all are pending in a new database, none once they are applied, and the next one when there is one", async () => {
    const all = migrationsAfter(null).pending;
    expect(await readMigrations(server.url)).toEqual({ applied: [], pending: all });
    const backend = external(server.url);
    await backend.migrate(MIGRATIONS_FOLDER);
    await backend.close();
    expect(await readMigrations(server.url)).toEqual({ applied: all, pending: [] });

    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(
      "delete from drizzle.__drizzle_migrations where created_at = (select max(created_at) from drizzle.__drizzle_migrations)",
    );
    await client.end();
    expect(await readMigrations(server.url)).toEqual({ applied: all.slice(0, -1), pending: all.slice(-1) });
  });
});
