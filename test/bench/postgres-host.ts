import { servePostgres } from "../../src/local/postgres/serve.ts";
import { openMigrated } from "../support/migrated-postgres.ts";
import { answer } from "./host.ts";

// An embedded Postgres over HTTP, and what it counted. Run by startHost.

export interface PostgresAccess {
  url: string;
  httpUrl: string;
}

/** Since the start. */
export interface PostgresCounts {
  statements: number;
  /** A statement alone is one, too. */
  transactions: number;
}

const backend = await openMigrated();
const postgres = await servePostgres({ backend, password: "bench-password-of-the-local-postgres" });

answer(
  {
    access: (): PostgresAccess => ({ url: postgres.databaseUrl, httpUrl: postgres.url }),
    counts(): PostgresCounts {
      const { requests, statements } = postgres.stats();
      return { statements, transactions: requests };
    },
  },
  async () => {
    await postgres.close();
    await backend.close();
  },
);
