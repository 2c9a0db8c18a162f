import { spawn } from "node:child_process";
import { join } from "node:path";

// Wrangler, as this checkout has it installed.

const PROJECT = join(import.meta.dirname, "../..");
const WRANGLER = join(PROJECT, "node_modules/wrangler/bin/wrangler.js");
/** Of what wrangler says when it is read by us: more than any list of secrets. */
const MAX_OUTPUT = 1_000_000;

export interface Ended {
  code: number;
  /** What it said, on both ways; empty where it spoke to the terminal. */
  stdout: string;
  stderr: string;
}

/** `shown`: it speaks to the terminal, and may ask there. */
export type RunWrangler = (args: string[], options?: { shown?: boolean }) => Promise<Ended>;

export const runWrangler: RunWrangler = (args, { shown = false } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRANGLER, ...args], {
      cwd: PROJECT,
      env: {
        ...process.env,
        WRANGLER_SEND_METRICS: "false",
        ...(shown ? {} : { NO_COLOR: "1", FORCE_COLOR: "0" }),
      },
      stdio: shown ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        said[name] = (said[name] + text).slice(0, MAX_OUTPUT);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, ...said }));
  });
