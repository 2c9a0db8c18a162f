import { neon, neonConfig } from "@neondatabase/serverless";
import { drizzle } from "drizzle-orm/neon-http";
import type { Config } from "../env.ts";

/** The longest a statement may take before the caller treats Postgres as away. */
const STATEMENT_TIMEOUT_MS = 8_000;

/** Postgres over HTTP: one fetch a statement or batch, nothing to keep open between requests. */
export function openDatabase(
  config: Pick<Config, "DATABASE_URL" | "DATABASE_HTTP_URL">,
  fetchStatement: typeof fetch = (input, init) => fetch(input, init),
) {
  // The driver takes these two for the whole isolate only. A fresh signal for each call: one that is made once would end
  // every later call too.
  neonConfig.fetchFunction = (input: string, init: RequestInit) =>
    fetchStatement(input, { ...init, signal: AbortSignal.timeout(STATEMENT_TIMEOUT_MS) });
  const endpoint = config.DATABASE_HTTP_URL;
  if (endpoint !== undefined) neonConfig.fetchEndpoint = () => endpoint;
  return drizzle(neon(config.DATABASE_URL));
}

export type Database = ReturnType<typeof openDatabase>;
