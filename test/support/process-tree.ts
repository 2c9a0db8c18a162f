import { execFileSync } from "node:child_process";

const BYTES_PER_KIB = 1_024;

export interface Process {
  pid: number;
  /** Resident. */
  memoryBytes: number;
}

/** The processes of this command that a process and its children started. */
export function processesUnder(ancestor: number, command: string): Process[] {
  const list = execFileSync("ps", ["-eo", "pid=,ppid=,rss=,comm="], { encoding: "utf8" });
  const all = [...list.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, kib, name]) => ({
    pid: Number(pid),
    parent: Number(parent),
    memoryBytes: Number(kib) * BYTES_PER_KIB,
    name: name ?? "",
  }));
  const family = [ancestor];
  for (const member of family) {
    family.push(...all.filter(({ parent }) => parent === member).map(({ pid }) => pid));
  }
  return all.filter(({ pid, name }) => family.includes(pid) && name === command);
}
