// A real Postgres behind a `postgres://` URL, through a pool of connections.

import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { Pool, type PoolClient, type QueryArrayConfig } from "pg";
import { type Backend, type Statement, type StatementResult, transactionModeSql } from "./backend.ts";

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
/** An arbitrary number that is ours: stacks that share a database migrate it one after another. */
const MIGRATION_LOCK = 7_055_115;

type Session = Pick<PoolClient, "query">;

/** Connects lazily: an unreachable server shows at the first statement, as an error with no SQLSTATE. */
export function external(url: string): Backend {
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // An idle connection that the server closes leaves the pool by itself; without a listener it would end the process.
  pool.on("error", () => undefined);

  return {
    run: (statement) => runOn(pool, statement),
    runBatch: (statements, mode) =>
      withClient(pool, async (client) => {
        await client.query(`BEGIN${transactionModeSql(mode)}`);
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await runOn(client, statement));
        await client.query("COMMIT");
        return results;
      }),
    async exec(script) {
      await pool.query(script);
    },
    migrate: (folder) =>
      withClient(pool, async (client) => {
        await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
        await migrate(drizzle(client), { migrationsFolder: folder });
        await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
      }),
    close: () => pool.end(),
  };
}

/** Ends the connection of whatever failed: the server then rolls back and unlocks, even if it is us who lost it. */
async function withClient<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await use(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function runOn(session: Session, { text, params }: Statement): Promise<StatementResult> {
  // `queryMode` (missing in the types) asks for the extended protocol even without parameters: like Neon, it
  // takes a single statement.
  const query: QueryArrayConfig & { queryMode: "extended" } = {
    text,
    values: params,
    rowMode: "array",
    queryMode: "extended",
    types: { getTypeParser: () => asText },
  };
  const { command, rowCount, fields, rows } = await session.query<(string | null)[]>(query);
  return { command, rowCount, fields, rows };
}

function asText(value: string): string {
  return value;
}
