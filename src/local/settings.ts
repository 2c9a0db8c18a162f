// The settings of the local stack, read from the environment and `.dev.vars`. Pure: what is wrong is a value.

import * as z from "zod";
import { parseEnv } from "../env.ts";

const DEFAULT_PORT = 8787;
const MAX_PORT = 65_535;
const DEFAULT_DIR = ".local";

/** `given`: the operator's own service, named by UPSTASH_REDIS_REST_URL or DATABASE_URL; nothing is started for it. */
export type RedisChoice =
  | { kind: "embedded" }
  | { kind: "redis-server" }
  | { kind: "url"; url: string }
  | { kind: "given"; restUrl: string; token: string };
export type PostgresChoice =
  | { kind: "embedded" }
  | { kind: "url"; url: string }
  | { kind: "given"; url: string; httpUrl: string | undefined };

export type Settings = {
  /** 0 is a free one. */
  port: number;
  dir: string;
  /** Undefined: the redis-server on the PATH, else embedded. */
  redis: RedisChoice | undefined;
  postgres: PostgresChoice;
  /** What goes to the Worker as given. */
  bindings: Record<string, string>;
};

const WORKER_SETTINGS = new Set([
  "ADMIN_KEY",
  "KEY_SECRET",
  "KEY_SECRET_PREVIOUS",
  "HOLD_LEASE_SECONDS",
  "DISCONNECT_GRACE_SECONDS",
  "LEDGER_FLUSH_SECONDS",
  "PROVIDER_TIMEOUT_SECONDS",
  "MAX_BODY_BYTES",
  "DEFAULT_PROVIDER",
  "ALLOW_PRIVATE_ADDRESSES",
  "LOG_CALLS",
  "METRICS_FLUSH_SECONDS",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_REGION",
  "VERTEX_SERVICE_ACCOUNT",
  "VERTEX_TOKEN_URL",
]);
const PROVIDER_SETTING = /^[A-Z][A-Z0-9_]*_(?:API_KEY|BASE_URL)$/;

const webUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });
const stackSettings = z.object({
  PORT: z.coerce
    .number({ error: "must be a port number" })
    .int("must be a port number")
    .min(0, "must be a port number")
    .max(MAX_PORT, `must be at most ${MAX_PORT}`)
    .default(DEFAULT_PORT),
  LOCAL_DIR: z.string().default(DEFAULT_DIR),
  LOCAL_REDIS: z
    .string()
    .regex(/^(?:embedded|redis-server|rediss?:\/\/\S+)$/, "must be embedded, redis-server or a redis:// URL")
    .optional(),
  LOCAL_POSTGRES: z
    .string()
    .regex(/^(?:embedded|postgres(?:ql)?:\/\/\S+)$/, "must be embedded or a postgres:// URL")
    .optional(),
  UPSTASH_REDIS_REST_URL: webUrl.optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, "must be a postgres:// URL")
    .optional(),
  DATABASE_HTTP_URL: webUrl.optional(),
});

/** Reads every setting, or says of each wrong one what is wrong. An empty value counts as absent. */
export function readSettings(
  values: Record<string, string | undefined>,
): { settings: Settings } | { problems: string[] } {
  const given = withoutEmpty(values);
  const parsed = stackSettings.safeParse(given);
  const bindings = Object.fromEntries(Object.entries(given).filter(([name]) => isForWorker(name)));
  const problems = [...issuesOf(parsed.error), ...bindingProblems(bindings), ...pairProblems(given)];
  if (!parsed.success || problems.length > 0) return { problems };

  const { PORT, LOCAL_DIR } = parsed.data;
  const redis = redisChoice(parsed.data);
  return {
    settings: { port: PORT, dir: LOCAL_DIR, redis, postgres: postgresChoice(parsed.data), bindings },
  };
}

type Parsed = z.infer<typeof stackSettings>;

/** A local store that is asked for by name comes before a service that happens to be in the environment. */
function redisChoice(values: Parsed): RedisChoice | undefined {
  const { LOCAL_REDIS, UPSTASH_REDIS_REST_URL: restUrl, UPSTASH_REDIS_REST_TOKEN: token } = values;
  if (LOCAL_REDIS === "embedded" || LOCAL_REDIS === "redis-server") return { kind: LOCAL_REDIS };
  if (LOCAL_REDIS !== undefined) return { kind: "url", url: LOCAL_REDIS };
  return restUrl !== undefined && token !== undefined ? { kind: "given", restUrl, token } : undefined;
}

function postgresChoice({ LOCAL_POSTGRES, DATABASE_URL, DATABASE_HTTP_URL }: Parsed): PostgresChoice {
  if (LOCAL_POSTGRES === undefined && DATABASE_URL !== undefined) {
    return { kind: "given", url: DATABASE_URL, httpUrl: DATABASE_HTTP_URL };
  }
  if (LOCAL_POSTGRES === undefined || LOCAL_POSTGRES === "embedded") return { kind: "embedded" };
  return { kind: "url", url: LOCAL_POSTGRES };
}

function isForWorker(name: string): boolean {
  return WORKER_SETTINGS.has(name) || PROVIDER_SETTING.test(name);
}

function withoutEmpty(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => (entry[1] ?? "") !== ""),
  );
}

function issuesOf(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map(({ path, message }) => `${String(path[0])} ${message}`);
}

/** The Worker's own rules, asked before anything starts; what the stack adds later stands in as a valid value. */
function bindingProblems(bindings: Record<string, string>): string[] {
  const checked = parseEnv({ ...LATER_BINDINGS, ...bindings });
  const known = "problems" in checked ? checked.problems : [];
  const baseUrls = Object.entries(bindings)
    .filter(([name, value]) => name.endsWith("_BASE_URL") && !webUrl.safeParse(value).success)
    .map(([name]) => ({ setting: name, detail: "must be an http:// or https:// URL" }));
  const named = new Map([...known, ...baseUrls].map(({ setting, detail }) => [setting, detail]));
  return [...named].map(([setting, detail]) => `${setting} ${detail}`);
}

const LATER_BINDINGS = {
  ADMIN_KEY: "generated",
  KEY_SECRET: "generated, and long enough",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1",
  UPSTASH_REDIS_REST_TOKEN: "generated",
  DATABASE_URL: "postgres://127.0.0.1",
};

function pairProblems(given: Record<string, string>): string[] {
  const pair = ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"];
  const missing = pair.filter((name) => given[name] === undefined);
  return missing.length === 1 && given["LOCAL_REDIS"] === undefined ? [`${missing[0]} is not set`] : [];
}
