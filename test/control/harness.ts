import { and, eq } from "drizzle-orm";
import * as z from "zod";
import { type Database, openDatabase } from "../../src/ledger/database.ts";
import { parseEnv } from "../../src/env.ts";
import type { Backend } from "../../src/local/postgres/backend.ts";
import { type PostgresBridge, servePostgres } from "../../src/local/postgres/serve.ts";
import { policyVersions } from "../../src/ledger/policy-schema.ts";
import { createControl } from "../../src/control/control.ts";
import { CONTROL_BASE, OPERATIONS } from "../../src/control/operations.ts";
import {
  type Drift,
  type HoldView,
  type LiveBudget,
  type PolicyRef,
  type Services,
  StoreUnavailable,
} from "../../src/services.ts";
import { type Api, type PostOf, type Schemas, createApi, shown } from "../support/api-client.ts";
import { openMigrated } from "../support/migrated-postgres.ts";
import { effectiveLimit as effectiveLimitOf, windowOf } from "../../src/domain/charged-budgets.ts";

// The control plane over a real Postgres, with what Redis would say made by hand.

export const ADMIN_KEY = "admin-key-of-the-tests";
export const KEY_SECRET = "key-secret-of-the-tests-0123456789";
const PASSWORD = "test";
const API_URL = "http://api.test";
const MAX_PAGES = 50;
/** A Wednesday in the middle of a month, a quarter and a year. */
export const START_MS = Date.UTC(2026, 4, 13, 10, 30);

export interface Published extends PolicyRef {
  organizationId: string;
}

/** What the tests put in place of Redis. */
export interface FakeRedis {
  down: boolean;
  /** Thrown in place of an answer: a fault of ours. */
  broken: Error | undefined;
  published: Published[];
  /** By budget id. */
  live: Map<string, Partial<LiveBudget>>;
  /** By counter. */
  counters: Map<string, Partial<LiveBudget>>;
  holds: HoldView[];
  voided: string[];
  /** Counters. */
  resets: string[];
  openings: { counter: string; periodStartMs: number; amount: number }[];
  drift: Drift[];
  reconciled: { organizationId: string; repair: boolean }[];
  broughtUpToDate: number;
  /** By series. */
  metrics: Map<string, number>;
  probe: Awaited<ReturnType<Services["probe"]>>;
}

export interface Harness {
  database: Database;
  bridge: PostgresBridge;
  redis: FakeRedis;
  /** The clock, in milliseconds. */
  clock: { nowMs: number };
  pending: Promise<unknown>[];
  services: Services;
  /** The admin's client. */
  api: Api;
  /** For what the client can't send, and answers that aren't 2xx. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

interface CallOptions {
  body?: unknown;
  /** Sent as it is. */
  text?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** Default: the admin's. Null: none. */
  authorization?: string | null;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

export type MadeKey = Schemas["NewKey"];
const problem = z.object({ errors: z.array(z.object({ pointer: z.string(), detail: z.string() })) });
const page = z.object({
  data: z.array(z.object({ id: z.string() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

/** `given`: a Postgres that was migrated, in place of an embedded one of its own. */
export async function startHarness(given?: Backend): Promise<Harness> {
  const backend = given ?? (await openMigrated());
  const bridge = await servePostgres({ backend, password: PASSWORD });
  const parsed = parseEnv({
    ADMIN_KEY,
    KEY_SECRET,
    UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
    UPSTASH_REDIS_REST_TOKEN: "unused",
    DATABASE_URL: bridge.databaseUrl,
    DATABASE_HTTP_URL: bridge.url,
  });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { config } = parsed;
  const database = openDatabase(config);
  const redis = emptyRedis();
  const clock = { nowMs: START_MS };
  const pending: Promise<unknown>[] = [];
  const services: Services = {
    ...redisServices(redis, clock),
    config,
    database,
    now: () => clock.nowMs,
    waitUntil: (promise) => void pending.push(promise),
  };
  const app = createControl(() => services);
  const call: Harness["call"] = async (method, path, options = {}) => {
    const { body, text, headers = {}, authorization = `Bearer ${ADMIN_KEY}` } = options;
    const sent = text ?? (body === undefined ? null : JSON.stringify(body));
    const response = await app.request(path, {
      method,
      body: sent,
      headers: { ...headers, ...(authorization === null ? {} : { authorization }) },
    });
    const answer = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    const answered: unknown = answer !== "" && isJson ? JSON.parse(answer) : null;
    holdToDocument({ method, path, status: response.status, body: answered, isJson });
    return { status: response.status, headers: response.headers, text: answer, body: answered };
  };

  return {
    database,
    bridge,
    redis,
    clock,
    pending,
    services,
    api: createApi({ url: API_URL, credential: ADMIN_KEY, fetch: (request) => viaCall(call, request) }),
    call,
    async close() {
      await Promise.allSettled(pending);
      await bridge.close();
      await backend.close();
    },
  };
}

/** The client's requests go the way of all others. */
async function viaCall(call: Harness["call"], request: Request): Promise<Response> {
  const sent = await request.text();
  const { text, status, headers } = await call(request.method, request.url.slice(API_URL.length), {
    ...(sent !== "" && { text: sent }),
    headers: Object.fromEntries(request.headers),
    authorization: null, // It is among the headers.
  });
  return new Response(text === "" ? null : text, { status, headers });
}

/** Every answer of a test is as /openapi.json says: it is made from the same schemas. */
function holdToDocument(answer: {
  method: string;
  path: string;
  status: number;
  body: unknown;
  isJson: boolean;
}): void {
  if (!answer.isJson || answer.status >= 300) return;
  const path = answer.path.split("?")[0] ?? "";
  const operation = ALL.find((each) => each.method === answer.method && matcherOf(each.path).test(path));
  const schema = operation?.answers[answer.status]?.schema;
  const parsed = schema?.safeParse(answer.body);
  if (parsed && !parsed.success) throw new Error(`${answer.method} ${path}: ${parsed.error.message}`);
}

const ALL = Object.values(OPERATIONS).flat();

function matcherOf(path: string): RegExp {
  const pattern = path.replaceAll("{model}", ".+").replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${CONTROL_BASE}${pattern}$`);
}

/** Makes a key and returns what the answer tells of it. */
export async function makeKey(harness: Harness, body: PostOf<"/api/v1/keys"> = {}): Promise<MadeKey> {
  return shown(harness.api.POST("/api/v1/keys", { body }));
}

/** Makes a budget and returns its id. */
export async function makeBudget(
  harness: Harness,
  body: Partial<PostOf<"/api/v1/budgets">> = {},
): Promise<string> {
  return make(harness, "budgets", { ...ORGANIZATION_BUDGET, ...body });
}

type Resource = "organizations" | "teams" | "users" | "customers" | "budgets" | "webhooks";

/** Makes a resource of any kind and returns its id. */
export async function make<R extends Resource>(
  harness: Harness,
  resource: R,
  body: PostOf<`/api/v1/${R}`>,
): Promise<string> {
  // All of them take their own body, which is checked above, and answer with their id.
  const path = `/api/v1/${resource}` as "/api/v1/users";
  return (await shown(harness.api.POST(path, { body: body as PostOf<typeof path> }))).id;
}

/** The fields of an answer. */
export function bodyOf(answer: Answer): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(answer.body);
}

/** The id of the resource that an answer shows. */
export function idOf(answer: Answer): string {
  return z.object({ id: z.string() }).parse(answer.body).id;
}

/** The version of a scope's policy document. */
export async function versionOf(harness: Harness, scope: string): Promise<number> {
  const rows = await harness.database
    .select()
    .from(policyVersions)
    .where(and(eq(policyVersions.kind, "scope"), eq(policyVersions.id, scope)));
  return rows[0]?.version ?? 0;
}

/** The scope documents that were published since the last look, in the order of their names. */
export function publishedScopes(harness: Harness): string[] {
  const scopes = harness.redis.published.filter(({ kind }) => kind === "scope").map(({ id }) => id);
  harness.redis.published = [];
  return scopes.toSorted();
}

export const ORGANIZATION_BUDGET = {
  scope: { kind: "organization", id: "org_default" },
  limit: "10",
  period: "month",
} as const;

/** The bad fields that a problem points at. */
export function pointersOf(answer: Answer): string[] {
  return problem.parse(answer.body).errors.map(({ pointer }) => pointer);
}

/** A bad field's detail. */
export function detailOf(answer: Answer, pointer: string): string | undefined {
  return problem.parse(answer.body).errors.find((error) => error.pointer === pointer)?.detail;
}

/** The ids of a whole list, page by page. `between` runs after each page. */
export async function listAll(
  harness: Harness,
  path: string,
  { limit, between }: { limit: number; between?: () => Promise<unknown> },
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query: string = `${path.includes("?") ? "&" : "?"}limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`;
    const { data, has_more, next_cursor } = page.parse((await harness.call("GET", path + query)).body);
    ids.push(...data.map(({ id }) => id));
    if (!has_more) return ids;
    cursor = next_cursor;
    await between?.();
  }
  throw new Error("the list has no end");
}

export function emptyRedis(): FakeRedis {
  return {
    down: false,
    broken: undefined,
    published: [],
    live: new Map(),
    counters: new Map(),
    holds: [],
    voided: [],
    resets: [],
    openings: [],
    drift: [],
    reconciled: [],
    broughtUpToDate: 0,
    metrics: new Map(),
    probe: { redis: { ok: true, ms: 1 }, postgres: { ok: true, ms: 2 } },
  };
}

function redisServices(
  redis: FakeRedis,
  clock: { nowMs: number },
): Omit<Services, "config" | "database" | "now" | "waitUntil"> {
  const reach = () => {
    if (redis.down) throw new StoreUnavailable("redis");
    if (redis.broken) throw redis.broken;
  };
  return {
    async publishPolicy(organizationId, policy) {
      reach();
      redis.published.push({ organizationId, ...policy });
    },
    async liveBudgets(_organizationId, charged) {
      reach();
      return new Map(
        charged.map(({ budget, counter }) => {
          const { startMs, endMs } = windowOf(budget, clock.nowMs);
          const effectiveLimit = effectiveLimitOf(budget, clock.nowMs);
          const fresh = { effectiveLimit, spent: 0, held: 0, periodStartMs: startMs, resetsAtMs: endMs };
          return [counter, { ...fresh, ...redis.live.get(budget.id), ...redis.counters.get(counter) }];
        }),
      );
    },
    async bringLedgerUpToDate() {
      reach();
      redis.broughtUpToDate += 1;
    },
    async listHolds(_organizationId, { limit, after }) {
      reach();
      const placeOf = ({ leaseEndsAtMs, id }: HoldView) => `${leaseEndsAtMs}.${id}`;
      const rest = redis.holds
        .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
        .filter((hold) => after === undefined || placeOf(hold) > after);
      const last = rest.slice(0, limit).at(-1);
      return { holds: rest.slice(0, limit), next: rest.length > limit && last ? placeOf(last) : null };
    },
    async findHold(_organizationId, holdId) {
      reach();
      return redis.holds.find(({ id }) => id === holdId) ?? null;
    },
    async voidHold(_organizationId, holdId) {
      reach();
      const hold = redis.holds.find(({ id }) => id === holdId);
      if (!hold) return "not_found";
      if (hold.state !== "lapsed") return "not_lapsed";
      redis.voided.push(holdId);
      return "voided";
    },
    async resetBudget(_organizationId, { budget, counter }) {
      reach();
      redis.resets.push(counter);
      redis.live.set(budget.id, { ...redis.live.get(budget.id), spent: 0 });
    },
    async openBalance(_organizationId, opening) {
      reach();
      redis.openings.push(opening);
    },
    async reconcile(organizationId, { repair }) {
      reach();
      redis.reconciled.push({ organizationId, repair });
      return { checked: 7, drift: redis.drift, repaired: repair ? redis.drift.length : 0 };
    },
    async readMetrics() {
      reach();
      return redis.metrics;
    },
    async readBacklog() {
      reach();
      return { holds: redis.holds.length, outboxEntries: 2, oldestEntryAtMs: clock.nowMs - 1_500 };
    },
    async probe() {
      return redis.probe;
    },
  };
}
