// One stack a folder: two would write over each other's data. The lock names a port on which its holder answers, so
// that one left behind by a crash is told from a living one, even where process ids come round again.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { listenOnLoopback } from "./ports.ts";
import { StackError } from "./stack-error.ts";

const ANSWER_TIMEOUT_MS = 2_000;

/** Takes the folder, or throws a StackError while another stack has it. */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, "lock");
  if (await isHeld(path)) {
    throw new StackError(`A stack is already running in ${dir}: stop it, or set LOCAL_DIR to another folder`);
  }
  const id = randomUUID();
  const server = createServer((socket) => {
    socket.on("error", () => undefined); // Who asked went away: nothing is lost.
    socket.end(id);
  });
  const port = await listenOnLoopback(server, 0);
  server.unref();
  await writeFile(path, `${port} ${id}`);
  return async () => {
    await rm(path, { force: true });
    server.close();
  };
}

async function isHeld(path: string): Promise<boolean> {
  const lock = await readFile(path, "utf8").catch(() => ""); // No file, no lock.
  const [port, id] = lock.split(" ");
  if (!port || !id) return false;
  const socket = createConnection({ host: "127.0.0.1", port: Number(port) });
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error("no answer")));
  try {
    await once(socket, "connect");
    return (await text(socket)) === id;
  } catch {
    return false; // Nobody is there any more.
  } finally {
    socket.destroy();
  }
}
