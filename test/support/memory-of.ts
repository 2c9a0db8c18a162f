import { execFileSync } from "node:child_process";

const BYTES_PER_KIB = 1_024;

/** The resident memory of a process and all that it started, in bytes, by their command's name. */
export function memoryOf(pid: number, command: string): number {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,rss=,comm="], { encoding: "utf8" }).matchAll(
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/gm,
  );
  const all = [...lines].map(([, id, parent, kib, name]) => ({
    id: Number(id),
    parent: Number(parent),
    bytes: Number(kib) * BYTES_PER_KIB,
    name: name ?? "",
  }));
  const family = new Set([pid]);
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { id, parent } of all) if (family.has(parent)) family.add(id);
  }
  return all
    .filter(({ id, name }) => family.has(id) && name.startsWith(command))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
