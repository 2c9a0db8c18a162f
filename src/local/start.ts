// `npm start`: the local stack until SIGINT, SIGTERM, SIGHUP, or until the parent process is gone.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { banner } from "./banner.ts";
import { onParentDeath } from "./parent-watch.ts";
import { readSettings } from "./settings.ts";
import { StackError } from "./stack-error.ts";
import { type Stack, startStack } from "./stack.ts";
import { USAGE } from "./usage.ts";

const DEV_VARS = join(import.meta.dirname, "../../.dev.vars");

// Whoever read our output may be gone; stopping cleanly matters more than saying so.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

process.exit(await main());

async function main(): Promise<number> {
  const asked = readArguments();
  if (asked !== undefined) return asked;
  const read = readSettings({ ...readDevVars(), ...process.env });
  if ("problems" in read) return fail(`${read.problems.join("\n")}\nSee npm start -- --help`);

  const stopping = stopSignal();
  try {
    const stack = await startStack({ ...read.settings, log: console.log, signal: stopping });
    console.log(banner(stack));
    return await untilStopped(stack, stopping);
  } catch (error) {
    if (stopping.aborted) return 0;
    if (error instanceof StackError) return fail(error.message);
    throw error;
  }
}

async function untilStopped(stack: Stack, stopping: AbortSignal): Promise<number> {
  const stopped = new Promise<undefined>((resolve) => {
    if (stopping.aborted) resolve(undefined);
    stopping.addEventListener("abort", () => resolve(undefined));
  });
  const death = await Promise.race([stack.died, stopped]);
  if (death === undefined) console.log("Stopping");
  await stack.stop();
  return death === undefined ? 0 : fail(death.message);
}

function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stopping.abort());
  onParentDeath(() => stopping.abort());
  return stopping.signal;
}

/** The exit code where the arguments say all there is to do. */
function readArguments(): number | undefined {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
    if (!values.help) return undefined;
    console.log(USAGE);
    return 0;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function readDevVars(): NodeJS.Dict<string> {
  return existsSync(DEV_VARS) ? parseEnv(readFileSync(DEV_VARS, "utf8")) : {};
}

function fail(message: string): number {
  console.error(message);
  return 1;
}
