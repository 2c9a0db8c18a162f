import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import type { RedisEngine } from "../../src/local/redis/engine.ts";
import { serveUpstash } from "../../src/local/redis/http.ts";
import { createProtocol } from "../../src/local/redis/protocol.ts";
import { toResult } from "../../src/local/redis/rest-body.ts";
import { openRedis, type RunCommand } from "../../src/store/redis.ts";
import { createStore, type Store } from "../../src/store/store.ts";
import { ENGINES } from "../local/redis-engines.ts";

// The store under test, on each engine that this machine has.

export interface OpenStore {
  store: Store;
  /** Commands past the store, to look at Redis or to take its memory. */
  run: RunCommand;
  billedCommands(): Promise<number>;
  close(): Promise<void>;
}

export const withoutSleep = () => Promise.resolve();

let organizations = 0;
export const newOrganization = () => `org_${++organizations}`;

/** The whole way: the store, the real client, HTTP, the engine. */
async function openOverHttp(
  open: () => Promise<{ engine: RedisEngine; close(): Promise<void> }>,
): Promise<OpenStore> {
  const opened = await open();
  const { engine } = opened;
  const token = createHash("sha256").update("a token of this test").digest("hex");
  const server = await serveUpstash({ engine, token });
  const { run } = openRedis({ UPSTASH_REDIS_REST_URL: server.url, UPSTASH_REDIS_REST_TOKEN: token });
  return {
    store: createStore(run, withoutSleep),
    run,
    billedCommands: () => engine.billedCommands(),
    async close() {
      await server.close();
      await opened.close();
    },
  };
}

/** The commands that Redis is billed for while `work` runs. */
export async function costOf(opened: OpenStore, work: () => Promise<unknown>): Promise<number> {
  const before = await opened.billedCommands();
  await work();
  return (await opened.billedCommands()) - before;
}

/** The same without HTTP, for thousands of steps. */
export function runOn(engine: RedisEngine): RunCommand {
  const protocol = createProtocol(engine);
  return async (command) => {
    const result = toResult(await protocol.execute(command.map(String)), "utf8");
    if ("error" in result) throw new Error(result.error);
    return result.result;
  };
}

/** Runs a suite on the embedded engine, and on a real redis-server where one is on the PATH (else it shows as skipped). */
export function onEachEngine(title: string, suite: (opened: () => OpenStore) => void): void {
  for (const { name, isHere, open } of ENGINES) {
    describe.skipIf(!isHere)(`${title}, on ${name}`, () => {
      let opened: OpenStore | undefined;
      beforeAll(async () => {
        opened = await openOverHttp(open);
      });
      afterAll(() => opened?.close());
      suite(() => {
        if (!opened) throw new Error("the engine isn't open yet");
        return opened;
      });
    });
  }
}
