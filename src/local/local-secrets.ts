// The secrets of one local stack: generated once, kept in its folder for its owner only.

import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { StackError } from "./stack-error.ts";

const SECRET_BYTES = 32;
const OWNER_ONLY = 0o600;
const FILE = "secrets.json";

const localSecrets = z.object({
  adminKey: z.string(),
  keySecret: z.string(),
  redisToken: z.string(),
  postgresPassword: z.string(),
  /** The secret of the first key, once the Worker has made it. */
  firstKey: z.string().optional(),
});
export type LocalSecrets = z.infer<typeof localSecrets>;

export async function loadSecrets(dir: string): Promise<LocalSecrets> {
  const text = await readFile(join(dir, FILE), "utf8").catch(() => undefined); // None yet: the first run.
  if (text === undefined) {
    const secrets = generateSecrets();
    await saveSecrets(dir, secrets);
    return secrets;
  }
  const parsed = localSecrets.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new StackError(`${join(dir, FILE)} is damaged: delete it, and the keys made so far stop working`);
  }
  return parsed.data;
}

export async function saveSecrets(dir: string, secrets: LocalSecrets): Promise<void> {
  await writeForOwner(join(dir, FILE), `${JSON.stringify(secrets, null, 2)}\n`);
}

/** Replaces a file in one step, readable by its owner only from its first byte on. */
export async function writeForOwner(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, text, { mode: OWNER_ONLY });
  await rename(draft, path);
}

function generateSecrets(): LocalSecrets {
  const secret = () => randomBytes(SECRET_BYTES).toString("base64url");
  return { adminKey: secret(), keySecret: secret(), redisToken: secret(), postgresPassword: secret() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it, and the message names the file.
  }
}
