import { readFile } from "node:fs/promises";

const CHECK_MS = 500;
const LAST_LINES = 20;

/** Calls back once when the process, which needn't be a child of ours, is gone. Returns how to stop watching. */
export function onProcessEnd(pid: number, callback: () => void): () => void {
  const timer = setInterval(() => {
    if (isAlive(pid)) return;
    clearInterval(timer);
    callback();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // Sends nothing, only asks.
    return true;
  } catch {
    return false; // No such process: none of those that we started refuses a signal.
  }
}

/** The end of a log, for whoever has to find out why its process ended. */
export async function lastLines(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => ""); // It never came to write one.
  return text.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
}
