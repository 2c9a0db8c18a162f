import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { madeOnce, PROJECT } from "./made-once.ts";

const WRANGLER = join(PROJECT, "node_modules/wrangler/bin/wrangler.js");

/** Where the bundle is that a deploy would upload: one module, `worker.js`. `readable`: with its functions' own names. */
export async function bundledWorker({ readable = false } = {}): Promise<string> {
  const folder = await madeOnce({
    name: readable ? "readable-worker" : "worker",
    from: ["src", "wrangler.toml", "tsconfig.json", "package-lock.json"],
    make: (folder) => bundleInto(folder, readable ? ["--no-minify"] : []),
  });
  return join(folder, "worker.js");
}

async function bundleInto(folder: string, flags: string[]): Promise<void> {
  const line = [WRANGLER, "deploy", "--dry-run", `--outdir=${folder}`, ...flags];
  await promisify(execFile)(process.execPath, line, {
    cwd: PROJECT,
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_LOG_PATH: join(folder, "logs"),
      WRANGLER_HIDE_BANNER: "true",
    },
  });
}
