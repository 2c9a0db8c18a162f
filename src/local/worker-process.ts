// The Worker under `wrangler dev`, as a process group of its own: wrangler starts workerds, and all end together.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeForOwner } from "./local-secrets.ts";
import { formatVars } from "./vars-file.ts";

const PROJECT = join(import.meta.dirname, "../..");
const WRANGLER = join(PROJECT, "node_modules/wrangler/bin/wrangler.js");
const END_WITH_PARENT = new URL("./end-with-parent.ts", import.meta.url).href;
const STOP_TIMEOUT_MS = 5_000;

export type WorkerProcess = {
  pid: number;
  log: string;
  /** Resolves when wrangler ends, whoever ended it. */
  exited: Promise<void>;
  stop(): Promise<void>;
};

type Options = { port: number; dir: string; bindings: Record<string, string> };
export type StartWorker = typeof startWorker;

/** Resolves once the process runs, which is before the Worker answers. */
export async function startWorker({ port, dir, bindings }: Options): Promise<WorkerProcess> {
  const vars = resolve(dir, "worker.env");
  const log = resolve(dir, "worker.log");
  await writeForOwner(vars, formatVars(bindings));

  const output = openSync(log, "w", 0o600);
  const child = spawn(
    process.execPath,
    ["--import", END_WITH_PARENT, WRANGLER, ...flags({ port, dir, vars })],
    {
      cwd: PROJECT,
      env: wranglerEnvironment(dir),
      stdio: ["ignore", output, output],
      detached: true,
    },
  );
  closeSync(output);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error("a spawned process has an id");

  return {
    pid,
    log,
    exited,
    async stop() {
      signal(pid, "SIGTERM");
      const killing = setTimeout(() => signal(-pid, "SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(killing);
      signal(-pid, "SIGKILL"); // Whoever of the group is left after its leader has no one to end it.
      await rm(vars, { force: true });
    },
  };
}

/** Naming an env file keeps wrangler from merging `.dev.vars` and `.env` into it: the stack has read those already. */
function flags({ port, dir, vars }: { port: number; dir: string; vars: string }): string[] {
  const options = {
    ip: "127.0.0.1",
    port,
    "inspector-port": 0, // A free one.
    "persist-to": resolve(dir, "wrangler"),
    "env-file": vars,
    "show-interactive-dev-session": false,
  };
  return ["dev", ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)];
}

function wranglerEnvironment(dir: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Variables of the shell that would choose another config, or add bindings to those of the env file.
    CLOUDFLARE_ENV: undefined,
    CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "true",
    // No calls to the network, and nothing written outside of the stack's folder.
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: resolve(dir, "wrangler/logs"),
    WRANGLER_REGISTRY_PATH: resolve(dir, "wrangler/registry"),
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
  };
}

/** Nothing happens where the process, or every process of the group (-pid), is gone already. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
