import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { claimPort } from "../../src/local/ports.ts";

// A Postgres server of a benchmark's own, from what Debian installs; it is gone with its data when the benchmark ends.

const DEBIAN = "/usr/lib/postgresql";
/** Whose the server is where the benchmark runs as root, which Postgres refuses. */
const ACCOUNT = "postgres";
const START_MS = 30_000;

export interface OwnPostgres {
  url: string;
  stop(): Promise<void>;
}

/** Null where none is installed. */
export async function startOwnPostgres(): Promise<OwnPostgres | null> {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .map(Number)
        .toSorted((a, b) => b - a)
    : [];
  if (versions[0] === undefined) return null;
  const bin = join(DEBIAN, String(versions[0]), "bin");
  const account = process.getuid?.() === 0 ? idsOf(ACCOUNT) : null;
  const dir = mkdtempSync(join(tmpdir(), "tollgate-postgres-"));
  if (account) chownSync(dir, account.uid, account.gid);
  const options = { ...account, cwd: dir, env: { PATH: bin, LC_ALL: "C" } };
  execFileSync(join(bin, "initdb"), ["-D", dir, "-U", "bench", "-A", "trust", "-E", "UTF8", "--no-sync"], {
    ...options,
    stdio: "ignore",
  });
  const port = await claimPort(0);
  const server = spawn(join(bin, "postgres"), ["-D", dir, "-p", String(port), "-h", "127.0.0.1", "-k", dir], {
    ...options,
    stdio: "ignore",
  });
  const exited = once(server, "exit");
  const kill = () => server.kill("SIGINT");
  process.once("exit", kill);
  process.once("SIGINT", () => process.exit(130)); // Without this the server would stay.
  const url = `postgres://bench@127.0.0.1:${port}/postgres`;
  await ready(url);
  return {
    url,
    async stop() {
      kill();
      await exited;
      process.removeListener("exit", kill);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function idsOf(account: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, account], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
