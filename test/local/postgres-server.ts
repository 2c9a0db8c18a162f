// A throw-away Postgres server for tests, where its binaries are on the PATH.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { Client } from "pg";

const START_DEADLINE_MS = 30_000;
const POLL_MS = 50;

export type PostgresServer = { url: string; stop(): Promise<void> };

/** True where `startPostgresServer` can work: a server given by TEST_POSTGRES_URL, or binaries to start one. */
export function postgresIsAvailable(): boolean {
  return process.env["TEST_POSTGRES_URL"] !== undefined || (isOnPath("postgres") && isOnPath("initdb"));
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const given = process.env["TEST_POSTGRES_URL"];
  if (given !== undefined) return { url: given, stop: async () => undefined };

  const dir = await mkdtemp(join(tmpdir(), "tollgate-postgres-"));
  await chmod(dir, 0o777); // The server runs as another user where this process is root.
  const data = join(dir, "data");
  await finish(
    asServerUser("initdb", ["-D", data, "-U", "tollgate", "-A", "trust", "-E", "UTF8", "--no-sync"]),
  );
  const port = await freePort();
  const server = asServerUser("postgres", ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", dir, "-F"]);
  const url = `postgres://tollgate@127.0.0.1:${port}/postgres`;
  await untilItAnswers(url, server);
  return {
    url,
    async stop() {
      server.kill("SIGINT"); // Postgres's fast shutdown: it ends its clients' sessions.
      if (server.exitCode === null) await once(server, "exit");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Postgres refuses to run as root, so there it runs as the `postgres` user that its package brings. */
function asServerUser(command: string, args: string[]): ChildProcess {
  if (process.getuid?.() !== 0) return spawn(command, args, { stdio: "ignore" });
  const user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
  return spawn("setpriv", [...user, command, ...args], { stdio: "ignore", cwd: tmpdir() });
}

async function finish(child: ChildProcess): Promise<void> {
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${child.spawnargs.join(" ")} exited with ${code}`);
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS)); // It is still starting: ask again.
    }
  }
  throw new Error("Postgres did not start");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // A server on TCP has no other kind of address.
  server.close();
  return port;
}

function isOnPath(command: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}
