// The database as text: lines, each a JSON array of commands that take effect together. A log of writes
// has the same form, so a log is a snapshot with more lines.

import { type Database, type Entry, expireAll } from "./database.ts";
import { DATA_COMMANDS, createDispatcher } from "./dispatcher.ts";
import { formatScore } from "./numbers.ts";

/** So that no line and no command of a large key grows without limit. */
const ITEMS_PER_COMMAND = 512;

export function formatLine(commands: string[][]): string {
  return `${JSON.stringify(commands)}\n`;
}

export function* takeSnapshot(db: Database): Iterable<string> {
  expireAll(db);
  for (const [key, entry] of db.entries) {
    for (const command of rebuild(key, entry)) yield formatLine([command]);
    if (entry.expiresAtMs !== null) yield formatLine([["PEXPIREAT", key, String(entry.expiresAtMs)]]);
  }
}

/** Repeats the lines at no time at all, so nothing expires that hadn't when the line was written. */
export function replay(db: Database, text: string): void {
  const dispatcher = createDispatcher(db, DATA_COMMANDS);
  db.nowMs = -Infinity;
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    for (const command of parseLine(line, index + 1)) {
      const value = dispatcher.execute(command, "client");
      if (typeof value === "object" && value !== null && "error" in value) {
        throw new Error(`line ${index + 1} of the embedded Redis's data can't be repeated: ${value.error}`);
      }
    }
  }
  db.written.length = 0;
}

function parseLine(line: string, lineNumber: number): string[][] {
  try {
    // We wrote the line; what else it could be, the commands refuse.
    return JSON.parse(line) as string[][];
  } catch (cause) {
    throw new Error(`line ${lineNumber} of the embedded Redis's data is damaged`, { cause });
  }
}

function* rebuild(key: string, entry: Entry): Iterable<string[]> {
  switch (entry.kind) {
    case "string":
      yield ["SET", key, entry.content];
      return;
    case "hash":
      yield* inParts(["HSET", key], [...entry.content]);
      return;
    case "list":
      yield* inParts(
        ["RPUSH", key],
        entry.content.map((item) => [item]),
      );
      return;
    case "zset": {
      const members = entry.content.slice(0, entry.content.size());
      yield* inParts(
        ["ZADD", key],
        members.map(({ member, score }) => [formatScore(score), member]),
      );
    }
  }
}

function* inParts(command: string[], items: string[][]): Iterable<string[]> {
  for (let start = 0; start < items.length; start += ITEMS_PER_COMMAND) {
    yield [...command, ...items.slice(start, start + ITEMS_PER_COMMAND).flat()];
  }
}
