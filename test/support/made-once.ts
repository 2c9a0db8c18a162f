// What takes seconds to make and is the same for every suite: made by the first that needs it, and kept beside the
// installed packages for the others, of this run and of later ones.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

export const PROJECT = join(import.meta.dirname, "../..");
const KEPT = join(PROJECT, "node_modules/.cache/tollgate");
const LIFE_MS = 24 * 60 * 60_000;

interface Recipe {
  name: string;
  /** Files and folders of the project that it is made from: another content is another thing. */
  from: string[];
  make: (folder: string) => Promise<void>;
}

/** The folder that it was made in. */
export async function madeOnce({ name, from, make }: Recipe): Promise<string> {
  const folder = join(KEPT, `${name}-${await digestOf(from)}`);
  if (await isThere(folder)) return folder;
  await removeOld(`${name}-`);
  // Whole or not at all: somebody else may make it at the same time, and then either one will do.
  const draft = `${folder}.${crypto.randomUUID()}`;
  await mkdir(draft, { recursive: true });
  await make(draft);
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true });
    if (!(await isThere(folder))) throw error;
  });
  return folder;
}

async function digestOf(from: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of from) {
    for (const file of await filesAt(join(PROJECT, path))) hash.update(file).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesAt(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false, // Nobody made it yet.
  );
}

/** Another run may still use what was made of other sources a moment ago. */
async function removeOld(prefix: string): Promise<void> {
  const names = await readdir(KEPT).catch(() => []); // The first one has no company.
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    const path = join(KEPT, name);
    const made = await stat(path).catch(() => undefined); // Somebody else removed it.
    if (made && Date.now() - made.mtimeMs > LIFE_MS) await rm(path, { recursive: true, force: true });
  }
}
