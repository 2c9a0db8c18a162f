import type { CallRecord } from "../../src/observe/call-record.ts";
import { fetchPolicy } from "../../src/ledger/publish.ts";
import { parseEnv } from "../../src/env.ts";
import type { GateDeps } from "../../src/gate/gate-deps.ts";
import { gate } from "../../src/gate/gate.ts";
import { mintSecret } from "../../src/gate/secret.ts";
import { type Rig } from "./books-rig.ts";
import { createFaults } from "./faults.ts";

// The real gate in this process, over both real stores and a provider that the test plays.

export const KEY_SECRET = "the gate rig's own secret";
export const LIMIT_NANO_USD = 1_000_000_000_000;

/** What only workerd has. */
Reflect.set(globalThis, "IdentityTransformStream", TransformStream);

export type GateWorker = Awaited<ReturnType<typeof gateWorker>>;

/** What a test may want otherwise. */
export interface GateOptions {
  /** The budget's, in nano-USD. */
  limit?: number;
  /** Whether it is one for each customer. */
  each?: boolean;
  /** The key's end. */
  expiresAtMs?: number | null;
}

/** A Worker for one organization with one key, which is under a budget named `bud_<organization>`. */
export async function gateWorker(
  rig: Rig,
  org: string,
  provider: (request: Request) => Promise<Response>,
  { limit = LIMIT_NANO_USD, each = false, expiresAtMs = null }: GateOptions = {},
) {
  const faults = createFaults((message) => rig.clock.during(() => message.send()));
  const books = rig.booksBehind(faults.border, { http: false });
  const parsed = parseEnv({
    ADMIN_KEY: "admin",
    KEY_SECRET,
    UPSTASH_REDIS_REST_URL: "http://redis.test",
    UPSTASH_REDIS_REST_TOKEN: "token",
    DATABASE_URL: "postgres://postgres.test/tollgate",
  });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { secret, digest } = await mintSecret(KEY_SECRET, org);
  const documents = new Map(
    Object.entries({
      [`key:${digest}`]: { ...keyOf(org), expiresAtMs },
      [`scope:organization:${org}`]: organizationOf(org, limit, each),
    }),
  );
  let busy: Promise<unknown>[] = [];
  const records: CallRecord[] = [];
  const deps: GateDeps = {
    config: parsed.config,
    books,
    fetchPolicy: (organization, ref) =>
      fetchPolicy(
        {
          ...books,
          // Redis ends it by its own clock.
          now: () => Date.now(),
          read: async () => ({
            version: 1,
            json: JSON.stringify(documents.get(`${ref.kind}:${ref.id}`) ?? NO_BUDGETS),
          }),
        },
        organization,
        ref,
      ),
    fetch: (input, init) => provider(new Request(input, init)),
    newId: () => `req_${org}${(requests += 1)}`,
    record: (call) => void records.push(call),
    waitUntil: (promise) => void busy.push(promise),
  };

  return {
    faults,
    books,
    /** What was recorded of calls that are over. */
    records,
    /** Calls the gate. The answer is there as the client gets it: what the Worker does afterwards may not be over. */
    async call(method: string, path: string, body?: unknown): Promise<Response> {
      const init = { method, headers: { authorization: `Bearer ${secret}` } };
      const request = new Request(`http://gate.test${path}`, {
        ...init,
        ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      const response = await gate(deps, request);
      if (!response) throw new Error(`nothing is at ${path}`);
      return response;
    },
    /** Waits until the Worker has done all that it does after its answers. */
    async rest(): Promise<void> {
      while (busy.length > 0) {
        const waiting = busy;
        busy = [];
        await Promise.all(waiting);
      }
    },
    /** What the organization's budget has spent and holds. */
    async budget(): Promise<{ spent: number; held: number } | null> {
      const { counters } = await books.store.readCounters(org, [`bud_${org}`]);
      const [counter] = counters;
      return counter ? { spent: counter.spent, held: counter.held } : null;
    },
  };
}

let requests = 0;

const NO_BUDGETS = { budgets: [], blocked: false, wildcards: [], labelled: [], modelAliases: null };

function keyOf(org: string) {
  const open = {
    teamId: null,
    userId: null,
    models: null,
    endpoints: null,
    providers: null,
    modelAliases: null,
  };
  const state = { enabled: true, revoked: false, tags: [], allowUnpriced: false };
  const calls = { whenShort: "clamp", minOutputTokens: 256, onDisconnect: "drain" };
  return { id: `key_${org}`, organizationId: org, ...open, ...state, ...calls };
}

function organizationOf(org: string, limit: number, each: boolean) {
  const budget = {
    id: `bud_${org}`,
    scope: each ? { kind: "customer", id: "*" } : { kind: "organization", id: org },
    unit: "usd",
    limit,
    period: { kind: "total" },
    models: null,
    enforcement: "hard",
    onLapse: "charge",
    onStoreOutage: "closed",
    includeTeamSpend: false,
    adjustments: [],
    generation: 1,
  };
  return { ...NO_BUDGETS, [each ? "wildcards" : "budgets"]: [budget] };
}
