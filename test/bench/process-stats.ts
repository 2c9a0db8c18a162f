import { readdirSync, readFileSync } from "node:fs";

// What Linux knows of a process.

/**
 * Milliseconds that a process has computed so far, in all of its threads. To the nanosecond, where /proc/<pid>/stat counts in
 * hundredths of a second. Of a thread that has ended nothing is left: workerd's live as long as it does.
 */
export function cpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    try {
      return sum + parseSchedstat(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8"));
    } catch {
      return sum; // The thread ended in between.
    }
  }, 0);
}

/** Bytes of memory that a process has in use. */
export function memoryBytes(pid: number): number {
  return parseRss(readFileSync(`/proc/${pid}/status`, "utf8"));
}

/** `<ns on a CPU> <ns waiting for one> <time slices>`, as milliseconds on a CPU. */
export function parseSchedstat(text: string): number {
  const match = /^(\d+) \d+ \d+\s*$/.exec(text);
  if (!match) throw new Error(`not a schedstat: ${text.slice(0, 80)}`);
  return Number(match[1]) / 1e6;
}

export function parseRss(status: string): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  if (!match) throw new Error("a process status without VmRSS");
  return Number(match[1]) * 1_024;
}
