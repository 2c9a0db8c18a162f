import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync, closeSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createClient } from "redis";

const START_DEADLINE_MS = 15_000;
const PING_INTERVAL_MS = 20;
const STOP_DEADLINE_MS = 10_000;

// The shell ends the server when its standard input closes, which the kernel does for us even if we are
// killed: a server left behind would write to the same files as the next one.
const WATCH = `exec 3<&0
redis-server "$@" </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; kill "$server" 2>/dev/null) &
exec 3<&-
wait "$server"`;

export type RedisServer = {
  url: string;
  port: number;
  /** Of redis-server itself, not of the shell that watches it. */
  pid: number;
  stop(): Promise<void>;
};

export function hasRedisServer(): boolean {
  return spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
}

/** A redis-server on loopback whose append-only file lives in `dir`. Needs it on the PATH. */
export async function startRedisServer(options: { dir: string; port?: number }): Promise<RedisServer> {
  const { dir, port = await findFreePort() } = options;
  mkdirSync(dir, { recursive: true });
  const log = openSync(join(dir, "redis-server.log"), "a");
  // Detached: Ctrl-C in a terminal reaches the whole group, and Redis must outlive what still uses it.
  const shell = spawn("sh", ["-c", WATCH, "sh", ...settings(dir, port)], {
    stdio: ["pipe", log, log],
    detached: true,
  });
  closeSync(log);
  const { stdin } = shell;
  if (stdin === null) throw new Error("the shell was started with a pipe as its standard input");
  const exited = new Promise<void>((resolve) => {
    shell.once("error", () => resolve());
    shell.once("exit", () => {
      stdin.destroy();
      resolve();
    });
  });
  // Writing never happens; a pipe that breaks because the server ended is not an error of ours.
  stdin.on("error", () => undefined);

  const url = `redis://127.0.0.1:${port}`;
  const pid = await Promise.race([waitUntilReady(url), exited.then(() => undefined)]);
  if (pid === undefined) {
    stdin.destroy();
    throw new Error(`redis-server didn't start on port ${port}: see ${join(dir, "redis-server.log")}`);
  }
  return {
    url,
    port,
    pid,
    async stop() {
      stdin.end();
      const deadline = setTimeout(() => process.kill(pid, "SIGKILL"), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(deadline);
    },
  };
}

function settings(dir: string, port: number): string[] {
  const values = {
    bind: "127.0.0.1",
    port: String(port),
    dir,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    daemonize: "no",
  };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

/** The server's process id once it answers PING (it refuses commands while it loads its file). */
async function waitUntilReady(url: string): Promise<number | undefined> {
  const deadline = Date.now() + START_DEADLINE_MS;
  const client = createClient({
    url,
    RESP: 2,
    socket: { reconnectStrategy: () => (Date.now() < deadline ? PING_INTERVAL_MS : false) },
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    while (Date.now() < deadline) {
      const pong = await client.ping().catch(() => "LOADING");
      if (pong === "PONG") return Number(/process_id:(\d+)/.exec(await client.info("server"))?.[1]);
      await new Promise((resolve) => setTimeout(resolve, PING_INTERVAL_MS));
    }
    return undefined;
  } catch {
    // Not reachable before the deadline; the caller points to the server's log.
    return undefined;
  } finally {
    client.destroy();
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("a TCP server has an address"));
        else resolve(address.port);
      });
    });
  });
}
