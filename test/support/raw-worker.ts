// The Worker in workerd alone, as in production, on the stores of a stack: `wrangler dev` puts a proxy before it that
// doesn't tell it when a client leaves while nothing is being sent.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { claimPort } from "../../src/local/ports.ts";
import { until } from "./e2e-until.ts";

export interface RawWorker {
  url: string;
  /** Ends it with SIGKILL: what it was doing is never finished. */
  kill(): Promise<void>;
}

const PROJECT = join(import.meta.dirname, "../..");
const WORKERD = join(PROJECT, "node_modules/workerd/bin/workerd");
const WRANGLER = join(PROJECT, "node_modules/wrangler/bin/wrangler.js");

/** The bundle that a deploy would upload, in a folder of its own, for any number of Workers. */
export async function bundleWorker(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "tollgate-bundle-"));
  await promisify(execFile)(process.execPath, [WRANGLER, "deploy", "--dry-run", `--outdir=${dir}`], {
    cwd: PROJECT,
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_LOG_PATH: join(dir, "logs"),
      WRANGLER_HIDE_BANNER: "true",
    },
  });
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** `bindings`: those of a stack's own Worker, say, with whatever shall differ. */
export async function startRawWorker(dir: string, bindings: Record<string, string>): Promise<RawWorker> {
  const port = await claimPort(0);
  const config = join(dir, `worker-${port}.capnp`);
  await writeFile(config, configOf(port, bindings, await compatibility()));
  const child = spawn(WORKERD, ["serve", config], { stdio: "ignore" });
  const ended = once(child, "exit");
  // A test that fails before it ends its Worker must not leave it running.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const url = `http://127.0.0.1:${port}`;
  await until(`workerd on port ${port}`, async () => {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
    // Refused until it listens.
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    return answer?.ok ? true : undefined;
  });
  return {
    url,
    async kill() {
      end();
      await ended;
      process.removeListener("exit", end);
    },
  };
}

async function compatibility(): Promise<string> {
  const text = await readFile(join(PROJECT, "wrangler.toml"), "utf8");
  const [, date = ""] = /^compatibility_date = (".*")$/m.exec(text) ?? [];
  const [, flags = ""] = /^compatibility_flags = (\[.*\])$/m.exec(text) ?? [];
  return `compatibilityDate = ${date}, compatibilityFlags = ${flags}`;
}

// https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp
function configOf(port: number, bindings: Record<string, string>, compatibility: string): string {
  // A text of Cap'n Proto has the escapes that JSON has.
  const texts = Object.entries(bindings).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .tollgate),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const tollgate :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  ${compatibility},
  bindings = [${texts.join(", ")}],
);
`;
}
