import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

// What a deployment is made with: the names and values that the Worker gets, from a file beside package.json that git
// doesn't take, and from the environment, which comes first.

export const VARS_FILE = ".prod.vars";

export type Vars = Record<string, string | undefined>;

/** A file that doesn't exist gives nothing. */
export function readVars(file: string, environment: Vars): Vars {
  return { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...environment };
}

/**
 * The database's own address for what needs a session: Neon's pooled host name has `-pooler` behind the endpoint's
 * (https://neon.com/docs/connect/connection-pooling), and a pool has no session of one's own.
 */
export function directUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.hostname = url.hostname.replace(/^(ep-[^.]+)-pooler\./, "$1.");
  return url.href;
}
