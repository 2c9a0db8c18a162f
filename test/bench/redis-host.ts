import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { serveUpstash } from "../../src/local/redis/http.ts";
import { connectRedis } from "../../src/local/redis/real-engine.ts";
import { startRedisServer } from "../../src/local/redis/redis-server.ts";
import { answer } from "./host.ts";

// A redis-server over HTTP, and what it counted. Run by startHost.

export interface RedisAccess {
  url: string;
  restUrl: string;
  token: string;
}

/** Since the start. */
export interface RedisCounts {
  roundTrips: number;
  /** As Upstash bills them. */
  commands: number;
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

answer(
  {
    access: (): RedisAccess => ({ url: server.url, restUrl: upstash.url, token: TOKEN }),
    async counts(): Promise<RedisCounts> {
      const { requests: roundTrips, commands } = await upstash.stats();
      const stats = await client.info("commandstats");
      const [, us = "0"] = /^cmdstat_evalsha:calls=\d+,usec=(\d+)/m.exec(stats) ?? [];
      return { roundTrips, commands, scriptUs: Number(us) };
    },
  },
  async () => {
    client.destroy();
    await upstash.close();
    await engine.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  },
);
