// Runs `src/local/start.ts` as a process, as `npm start` does, and looks at what it leaves behind.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "../..");
const START = [join(ROOT, "node_modules/.bin/node"), join(ROOT, "src/local/start.ts")];
const WAIT_MS = 60_000;
const POLL_MS = 50;

export type Run = {
  /** Of the process that was started: start.ts, or the shell around it. */
  pid: number;
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, once it ended and closed its output. */
  ended: Promise<number | null>;
};

type Options = {
  args?: string[];
  /** Put a shell between us and start.ts, as npm does, that goes on until it is killed. */
  underShell?: boolean;
};

/** Only these settings count: none of the shell's. */
export function runStart(
  settings: Record<string, string>,
  { args = [], underShell = false }: Options = {},
): Run {
  const { PATH, HOME } = process.env;
  const shell = underShell ? ["sh", "-c", '"$@"; true', "sh"] : [];
  const [command = "", ...rest] = [...shell, ...START, ...args];
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: { PATH, HOME, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = once(child, "close").then(([code]) => code as number | null); // As Node documents the event.
  return { pid: child.pid, output: () => output, kill: (signal) => void child.kill(signal), ended };
}

/** `stack.json`, by design section 8. */
export type StackFile = {
  port: number;
  admin_key: string;
  pids: Record<string, number>;
  redis: { rest_url: string; token: string; url: string | null };
  postgres: { http_url: string; url: string };
  bindings: Record<string, string>;
};

/** The description that a stack writes once it is ready, as soon as it has said so too. */
export async function untilRunning(dir: string, run: Run): Promise<StackFile> {
  let hasEnded = false;
  void run.ended.then(() => (hasEnded = true));
  const text = await until(`a stack in ${dir}`, async () => {
    if (hasEnded) throw new Error(`The stack ended: ${run.output()}`);
    if (!run.output().includes("Ctrl-C stops everything")) return undefined;
    return readFile(join(dir, "stack.json"), "utf8");
  });
  return JSON.parse(text) as StackFile; // Its shape is what the first test asserts.
}

type Process = { pid: number; parent: number; state: string; command: string };

/** The process and all that it and its children started. */
export function familyOf(pid: number): number[] {
  const all = processes();
  const family = [pid];
  for (const member of family) {
    for (const { pid, parent } of all) if (parent === member) family.push(pid);
  }
  return family;
}

export function commandLinesOf(pids: number[]): string {
  return processes()
    .filter(({ pid }) => pids.includes(pid))
    .map(({ command }) => command)
    .join("\n");
}

/** Waits until none of them runs; one that ended, but that its new parent hasn't reaped, doesn't. */
export async function untilGone(pids: number[]): Promise<void> {
  await until(`the end of ${commandLinesOf(pids)}`, () => {
    const running = processes().filter(({ pid, state }) => pids.includes(pid) && !state.startsWith("Z"));
    return running.length === 0 ? true : undefined;
  });
}

function processes(): Process[] {
  const list = execFileSync("ps", ["-ww", "-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return [...list.matchAll(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/gm)].map(([, pid, parent, state, command]) => ({
    pid: Number(pid),
    parent: Number(parent),
    state: state ?? "",
    command: command ?? "",
  }));
}

async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(POLL_MS);
  }
  throw new Error(`Waited ${WAIT_MS} ms for ${what}`);
}
