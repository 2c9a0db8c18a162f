import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import { isErrorReply, type RedisEngine, type Reply } from "../../src/local/redis/engine.ts";
import { connectRedis } from "../../src/local/redis/real-engine.ts";
import { hasRedisServer, startRedisServer } from "../../src/local/redis/redis-server.ts";

export const realRedisIsHere = hasRedisServer();
if (!realRedisIsHere) console.warn("No redis-server on the PATH: the suites on a real Redis are skipped.");

export type Opened<Engine extends RedisEngine = RedisEngine> = { engine: Engine; close: () => Promise<void> };

export async function openEmbedded(options?: { now: () => number }): Promise<Opened<EmbeddedRedis>> {
  const engine = await openEmbeddedRedis(options);
  return { engine, close: () => engine.close() };
}

export async function openReal(): Promise<Opened> {
  const dir = temporaryFolder();
  const server = await startRedisServer({ dir });
  const engine = await connectRedis(server.url);
  return {
    engine,
    async close() {
      await engine.close();
      await server.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

export const ENGINES: { name: string; isHere: boolean; open: () => Promise<Opened> }[] = [
  { name: "embedded", isHere: true, open: () => openEmbedded() },
  { name: "redis-server", isHere: realRedisIsHere, open: openReal },
];

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "tollgate-redis-"));
}

/** A reply in a form that `expect` can show: bulk strings as text, statuses marked. */
export type Shown = string | number | null | { error: string } | { status: string } | Shown[];

export function show(reply: Reply): Shown {
  if (Array.isArray(reply)) return reply.map(show);
  if (reply instanceof Uint8Array) return reply.toString("utf8");
  if (reply !== null && isErrorReply(reply)) return reply;
  return typeof reply === "string" ? { status: reply } : reply;
}
