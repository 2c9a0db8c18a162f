// The Worker in workerd alone, as in production, on the stores of a stack. It starts in a tenth of the time of `wrangler
// dev`, which bundles first, and answers faster: that puts a proxy before it, which also doesn't tell it when a client
// leaves while nothing is being sent.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeForOwner } from "../../src/local/local-secrets.ts";
import { claimPort } from "../../src/local/ports.ts";
import type { StartWorker } from "../../src/local/worker-process.ts";
import { bundledWorker } from "./bundled-worker.ts";
import { until } from "./e2e-until.ts";
import { PROJECT } from "./made-once.ts";

const WORKERD = join(PROJECT, "node_modules/workerd/bin/workerd");

/** In place of a stack's own. */
export const startInWorkerd: StartWorker = async (options) => startWorkerd(await bundledWorker(), options);

/** A module as a Worker of its own. `flags`: of workerd. */
export async function startWorkerd(
  script: string,
  { port, dir, bindings, flags = [] }: Parameters<StartWorker>[0] & { flags?: string[] },
): ReturnType<StartWorker> {
  await copyFile(script, join(dir, "worker.js"));
  const config = join(dir, "worker.capnp");
  const log = join(dir, "worker.log");
  await writeForOwner(config, configOf(port, bindings, await compatibility()));
  const output = openSync(log, "w");
  const child = spawn(WORKERD, ["serve", ...flags, config], { stdio: ["ignore", output, output] });
  closeSync(output);
  const exited = once(child, "exit").then(() => undefined);
  await once(child, "spawn");
  // A test that fails before it ends its Worker must not leave it running.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const { pid } = child;
  if (pid === undefined) throw new Error("a spawned process has an id");
  return {
    pid,
    log,
    exited,
    async stop() {
      kill();
      await exited;
      process.removeListener("exit", kill);
    },
  };
}

export interface RawWorker {
  url: string;
  /** Ends it with SIGKILL: what it was doing is never finished. */
  kill(): Promise<void>;
}

/** One more on the same stores. `bindings`: those of a stack's own Worker, say, with whatever shall differ. */
export async function startRawWorker(bindings: Record<string, string>): Promise<RawWorker> {
  const dir = await mkdtemp(join(tmpdir(), "tollgate-worker-"));
  const port = await claimPort(0);
  const worker = await startInWorkerd({ port, dir, bindings });
  const url = `http://127.0.0.1:${port}`;
  let hasEnded = false;
  void worker.exited.then(() => (hasEnded = true));
  await until(`workerd on port ${port}`, async () => {
    if (hasEnded) throw new Error(`workerd ended: ${await readFile(worker.log, "utf8")}`);
    // Refused until it listens.
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    return answer?.ok ? true : undefined;
  });
  return {
    url,
    async kill() {
      await worker.stop();
      await rm(dir, { recursive: true, force: true });
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
