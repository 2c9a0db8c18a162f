import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { startRedisServer } from "../../src/local/redis/redis-server.ts";
import type { RunCommand } from "../../src/store/redis.ts";

// A redis-server of a benchmark's own, on one core, with nothing to write to disk.

const SERVER_CORE = 0;
const CLIENT_CORE = 1;

/** Server and client each have a core where taskset is here and there are two: then `client` is what to start it by. */
export interface PinnedRedis {
  port: number;
  isPinned: boolean;
  /** What goes before the command line of a client. */
  clientPrefix: string[];
  run: RunCommand;
  /** Milliseconds that the server has computed so far: also right on a machine that does other work. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

export async function startPinnedRedis(): Promise<PinnedRedis> {
  const dir = mkdtempSync(join(tmpdir(), "tollgate-bench-"));
  const server = await startRedisServer({ dir });
  const client = createClient({ url: server.url, RESP: 2 });
  // A command that fails says so itself.
  client.on("error", () => undefined);
  await client.connect();
  const run: RunCommand = (command) => client.sendCommand(command.map((part) => withoutFlag(String(part))));
  await run(["CONFIG", "SET", "appendonly", "no"]);
  const isPinned = availableParallelism() > 1 && pin(server.pid, SERVER_CORE);
  return {
    port: server.port,
    isPinned,
    clientPrefix: isPinned ? ["taskset", "-c", String(CLIENT_CORE)] : [],
    run,
    async cpuMs() {
      const info = String(await run(["INFO", "cpu"]));
      const seconds = ["user", "sys"].map((part) =>
        Number(new RegExp(`used_cpu_${part}:([\\d.]+)`).exec(info)?.[1]),
      );
      return seconds.reduce((sum, each) => sum + each, 0) * 1_000;
    },
    async stop() {
      client.destroy();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A script as Redis takes it: the flag of its first line is Upstash's, who run it without a guard as we do here. */
const withoutFlag = (script: string) => script.replace(/^#!lua flags=allow-key-locking\n/, "");

/** All of its threads: Redis frees large values in one of them. */
function pin(pid: number, core: number): boolean {
  return (
    spawnSync("taskset", ["-a", "-p", "-c", String(core), String(pid)], { stdio: "ignore" }).status === 0
  );
}
