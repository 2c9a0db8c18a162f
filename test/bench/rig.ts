import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { claimPort } from "../../src/local/ports.ts";
import { bundledWorker } from "../support/bundled-worker.ts";
import { until } from "../support/e2e-until.ts";
import { startWorkerd } from "../support/raw-worker.ts";
import { startHost, type Host } from "./host.ts";
import type { PostgresAccess, PostgresCounts } from "./postgres-host.ts";
import type { RedisAccess, RedisCounts } from "./redis-host.ts";

// The Worker as deployed beside a bare one, each in a workerd of its own, on stores and a provider in processes of theirs.

export const BARE_WORKER = join(import.meta.dirname, "bare-worker.js");
const ADMIN_KEY = "bench-admin-key-of-the-rig";
export const KEY_SECRET = "bench-key-secret-of-the-rig";
/** The stores were asked nothing for so long: what calls left behind is done. */
const QUIET_MS = 60;
const QUIET_TIMEOUT_MS = 120_000;

export interface Server {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

export type StoreCounts = RedisCounts & PostgresCounts;

export interface BenchRig {
  tollgate: Server;
  bare: Server;
  provider: Host;
  redisUrl: string;
  bindings: Record<string, string>;
  counts(): Promise<StoreCounts>;
  /** Resolves once nothing is on its way to the stores. */
  quiet(): Promise<void>;
  /** Makes a key; its secret. */
  makeKey(body: object): Promise<{ id: string; secret: string }>;
  stop(): Promise<void>;
}

export async function startBenchRig(settings: Record<string, string> = {}): Promise<BenchRig> {
  const parts: { stop(): Promise<void> }[] = [];
  const started = async <T extends { stop(): Promise<void> }>(part: Promise<T>): Promise<T> => {
    const ready = await part;
    parts.push(ready);
    return ready;
  };
  const stop = async () => {
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    const redis = await started(startHost("redis-host.ts"));
    const postgres = await started(startHost("postgres-host.ts"));
    const provider = await started(startHost("provider-host.ts"));
    const redisAccess = await redis.ask<RedisAccess>("access");
    const stores = { redis: redisAccess, postgres: await postgres.ask<PostgresAccess>("access") };
    const bindings = { ...bindingsOf(stores, await provider.ask<string>("url")), ...settings };
    const tollgate = await started(startServer(await bundledWorker(), bindings, "/healthz"));
    const bare = await started(startServer(BARE_WORKER, bindings));
    const counts = async () => ({
      ...(await redis.ask<RedisCounts>("counts")),
      ...(await postgres.ask<PostgresCounts>("counts")),
    });
    return {
      tollgate,
      bare,
      provider,
      redisUrl: redisAccess.url,
      bindings,
      counts,
      async quiet() {
        const deadline = Date.now() + QUIET_TIMEOUT_MS;
        for (let seen = -1; Date.now() < deadline; await wait(QUIET_MS)) {
          const { roundTrips, transactions } = await counts();
          if (seen === roundTrips + transactions) return;
          seen = roundTrips + transactions;
        }
        throw new Error(`the stores weren't quiet within ${QUIET_TIMEOUT_MS} ms`);
      },
      makeKey: (body) => makeKey(tollgate.url, body),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function bindingsOf(
  { redis, postgres }: { redis: RedisAccess; postgres: PostgresAccess },
  providerUrl: string,
): Record<string, string> {
  return {
    ADMIN_KEY,
    KEY_SECRET,
    UPSTASH_REDIS_REST_URL: redis.restUrl,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    DATABASE_URL: postgres.url,
    DATABASE_HTTP_URL: postgres.httpUrl,
    ALLOW_PRIVATE_ADDRESSES: "true",
    OPENAI_BASE_URL: providerUrl,
    OPENAI_API_KEY: "sk-bench-0123456789",
  };
}

/** Resolves once it has answered something. */
export async function startServer(
  script: string,
  bindings: Record<string, string>,
  path = "/openai/v1/models",
  flags: string[] = [],
): Promise<Server> {
  const dir = await mkdtemp(join(tmpdir(), "tollgate-bench-"));
  const port = await claimPort(0);
  const worker = await startWorkerd(script, { port, dir, bindings, flags });
  const url = `http://127.0.0.1:${port}`;
  await until(`workerd, whose log is ${worker.log},`, async () => {
    // Refused until it listens.
    const answer = await fetch(url + path).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer ? true : undefined;
  });
  return {
    pid: worker.pid,
    url,
    async stop() {
      await worker.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function makeKey(url: string, body: object): Promise<{ id: string; secret: string }> {
  const answer = await fetch(`${url}/api/v1/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`a key can't be made: ${await answer.text()}`);
  return answer.json<{ id: string; secret: string }>();
}
