import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { servePostgres } from "../../src/local/postgres/serve.ts";
import { serveUpstash } from "../../src/local/redis/http.ts";
import { connectRedis } from "../../src/local/redis/real-engine.ts";
import { startRedisServer } from "../../src/local/redis/redis-server.ts";
import { openMigrated } from "../support/migrated-postgres.ts";
import { answer } from "./host.ts";

// Both stores over HTTP, and what they counted. Run by startHost.

export interface StoreAccess {
  redisUrl: string;
  restUrl: string;
  token: string;
  postgresUrl: string;
  postgresHttpUrl: string;
}

/** Since the start. */
export interface StoreCounts {
  roundTrips: number;
  /** As Upstash counts them. */
  commands: number;
  statements: number;
  transactions: number;
  /** Microseconds that Redis computed in scripts. */
  scriptUs: number;
}

const TOKEN = "bench-token-of-the-local-redis";

const dir = mkdtempSync(join(tmpdir(), "tollgate-bench-"));
const server = await startRedisServer({ dir });
const engine = await connectRedis(server.url);
const upstash = await serveUpstash({ engine, token: TOKEN });
const client = createClient({ url: server.url, RESP: 2 });
client.on("error", () => undefined); // A command that fails says so itself.
await client.connect();
const backend = await openMigrated();
const postgres = await servePostgres({ backend, password: TOKEN });

const access: StoreAccess = {
  redisUrl: server.url,
  restUrl: upstash.url,
  token: TOKEN,
  postgresUrl: postgres.databaseUrl,
  postgresHttpUrl: postgres.url,
};

answer(
  {
    access: () => access,
    async counts(): Promise<StoreCounts> {
      const { requests, commands } = await upstash.stats();
      const { requests: asked, statements, transactions } = postgres.stats();
      const stats = await client.info("commandstats");
      const [, us = "0"] = /^cmdstat_evalsha:calls=\d+,usec=(\d+)/m.exec(stats) ?? [];
      // A statement alone is a transaction, too: what wakes Postgres is a request.
      return {
        roundTrips: requests,
        commands,
        statements,
        transactions: Math.max(asked, transactions),
        scriptUs: Number(us),
      };
    },
  },
  async () => {
    client.destroy();
    await Promise.all([upstash.close(), postgres.close()]);
    await Promise.all([engine.close(), backend.close()]);
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  },
);
