// The running Worker with its Redis behind a proxy that loses messages, and whatever else can go wrong with the stores.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import type { RedisEngine } from "../../src/local/redis/engine.ts";
import { serveUpstash } from "../../src/local/redis/http.ts";
import { connectRedis } from "../../src/local/redis/real-engine.ts";
import { hasRedisServer, startRedisServer } from "../../src/local/redis/redis-server.ts";
import { startFaultProxy, type FaultProxy } from "./fault-proxy.ts";
import { startGate, type Gate } from "./gate.ts";

export interface FaultGate extends Gate {
  proxy: FaultProxy;
  /** Redis loses all that it has. */
  emptyRedis(): Promise<void>;
}

const TOKEN = "fault-gate";

export async function startFaultGate(bindings: Record<string, string> = {}): Promise<FaultGate> {
  const redis = await startEmptiableRedis();
  const front = await serveUpstash({ engine: redis.engine, token: TOKEN });
  const proxy = await startFaultProxy(front.url);
  const gate = await startGate({ bindings, redis: { kind: "given", restUrl: proxy.url, token: TOKEN } });
  return {
    ...gate,
    proxy,
    emptyRedis: () => redis.empty(),
    async stop() {
      await gate.stop();
      await proxy.close();
      await front.close();
      await redis.stop();
    },
  };
}

interface EmptiableRedis {
  engine: RedisEngine;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** A real one where there is a redis-server on the PATH. */
async function startEmptiableRedis(): Promise<EmptiableRedis> {
  if (!hasRedisServer()) {
    const engine = await openEmbeddedRedis();
    return { engine, empty: async () => engine.restore(""), stop: () => engine.close() };
  }
  const dir = await mkdtemp(join(tmpdir(), "tollgate-redis-"));
  const server = await startRedisServer({ dir });
  const engine = await connectRedis(server.url);
  return {
    engine,
    async empty() {
      await engine.call(["FLUSHALL"]);
    },
    async stop() {
      await engine.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
