// The file of the embedded Redis: every write is in it before its reply is given.
//
// A process that is killed loses nothing: the kernel has the bytes. The machine's crash may lose the last
// seconds, as with Redis's own default, for nothing waits for the disk. A line that was cut off in the
// middle is dropped whole, so of a script or a transaction all writes survive or none.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** The log is rewritten once it has grown by this, and by as much as the data it began with. */
const MIN_REWRITE_BYTES = 16 * 1024 * 1024;
const WRITE_CHUNK_LENGTH = 1024 * 1024;

export type WriteLog = {
  append(line: string): void;
  /** Whether `rewrite` would make the file much smaller. */
  isOvergrown(): boolean;
  /** Replaces the file, at once or not at all. */
  rewrite(lines: Iterable<string>): void;
  close(): void;
};

export function readLog(file: string): string {
  if (!existsSync(file)) return "";
  const text = readFileSync(file, "utf8");
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** `lines` is what the file begins with. */
export function openWriteLog(file: string, lines: Iterable<string>): WriteLog {
  mkdirSync(dirname(file), { recursive: true });
  let descriptor: number | null = null;
  let rewrittenLength = 0;
  let appendedLength = 0;

  const close = () => {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  const rewrite = (lines: Iterable<string>) => {
    const next = `${file}.next`;
    rewrittenLength = writeLines(next, lines);
    renameSync(next, file);
    close();
    descriptor = openSync(file, "a");
    appendedLength = 0;
  };
  rewrite(lines);

  return {
    append(line) {
      if (descriptor === null) throw new Error("the embedded Redis is closed");
      writeAll(descriptor, line);
      appendedLength += line.length;
    },
    isOvergrown: () => appendedLength > Math.max(MIN_REWRITE_BYTES, rewrittenLength),
    rewrite,
    close,
  };
}

function writeLines(file: string, lines: Iterable<string>): number {
  const descriptor = openSync(file, "w");
  let length = 0;
  let chunk = "";
  try {
    for (const line of lines) {
      chunk += line;
      length += line.length;
      if (chunk.length < WRITE_CHUNK_LENGTH) continue;
      writeAll(descriptor, chunk);
      chunk = "";
    }
    writeAll(descriptor, chunk);
  } finally {
    closeSync(descriptor);
  }
  return length;
}

/** One call of the kernel's write may take less than all. */
function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
}
