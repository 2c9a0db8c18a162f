import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import type { Argument, RedisEngine, Reply } from "../../src/local/redis/engine.ts";
import type { SimulatedEngine } from "./redis-side.ts";

// The two Redises that a simulation runs on: the embedded one for speed, a real one to be believed.

export async function openSimulatedEngine(): Promise<SimulatedEngine> {
  let clock = () => 0;
  const engine = await openEmbeddedRedis({ now: () => clock() });
  return {
    ...engine,
    setClock: (now) => void (clock = now),
    snapshot: () => Promise.resolve(engine.snapshot()),
    restore: async (snapshot) => engine.restore(snapshot),
  };
}

/** A real Redis has its own clock; the simulation's is far ahead of it, so documents simply stay. */
export function simulatedOn(engine: RedisEngine): SimulatedEngine {
  const keysOf = async () => list(await engine.call(["KEYS", "*"]));
  return {
    ...engine,
    setClock: () => undefined,
    async snapshot() {
      const keys = await keysOf();
      const dumps = await Promise.all(
        keys.map(async (key) => [hex(key), hex(await engine.call(["DUMP", key]))]),
      );
      return JSON.stringify(dumps);
    },
    async restore(snapshot) {
      await engine.call(["FLUSHALL"]);
      const dumps = snapshot === "" ? [] : (JSON.parse(snapshot) as [string, string][]);
      for (const [key, dump] of dumps) {
        await engine.call(["RESTORE", Buffer.from(key, "hex"), "0", Buffer.from(dump, "hex")]);
      }
    },
  };
}

const hex = (reply: Argument | Reply): string => (reply instanceof Uint8Array ? reply.toString("hex") : "");

function list(reply: Reply): Buffer[] {
  return Array.isArray(reply) ? reply.filter((item) => item instanceof Uint8Array) : [];
}
