// An organization of a test's own: what its calls charge is seen by that test alone.

import * as z from "zod";
import { call, type Answer, type CallOptions } from "./e2e-calls.ts";
import { nanoUsd } from "./e2e-money.ts";
import type { Rig } from "./e2e-rig.ts";
import { until } from "./e2e-until.ts";

/** Nano-USD, or a count in another unit. */
const amount = z.union([z.string().transform(nanoUsd), z.int().transform(BigInt)]);

const idView = z.object({ id: z.string() });
const keyView = z.object({ id: z.string(), secret: z.string() });
export type OrganizationKey = z.infer<typeof keyView>;

const liveView = z.object({
  limit: amount,
  spent: amount,
  held: amount,
  remaining: amount,
  effective_limit: amount,
  period_start: z.string(),
  resets_at: z.string().nullable(),
  would_refuse: z.int().optional(),
});
export type LiveView = z.infer<typeof liveView>;

const entryView = z.object({
  kind: z.string(),
  request_id: z.string(),
  amount,
  budgets: z.array(
    z.object({ id: z.string(), instance: z.string().optional(), period_start: z.string(), amount }),
  ),
});
export type EntrySeen = z.infer<typeof entryView>;
const requestView = z.object({
  outcome: z.string().nullable(),
  cost: amount,
  estimated: z.boolean().optional(),
  customer: z.string().nullish(),
  tags: z.array(z.string()),
  entries: z.array(entryView),
  shadow_refusals: z.array(z.string()),
});
const driftView = z.object({
  checked: z.int(),
  drift: z.array(
    z.object({
      budget_id: z.string(),
      instance: z.string().optional(),
      redis: amount,
      ledger: amount,
      difference: amount,
    }),
  ),
  repaired: z.int(),
});

export interface Scope {
  kind: string;
  id: string;
  team_id?: string;
}

export type Organization = Awaited<ReturnType<typeof createOrganization>>;

/** `rest` throws on any answer but a 2xx. */
export async function createOrganization(rig: Rig, fields: object = {}) {
  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${rig.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${rig.stack.adminKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function rest(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  const create = async (path: string, body: object) => idView.parse(await rest("POST", path, body)).id;
  const { id } = idView.parse(await rest("POST", "/organizations", { name: "of a test", ...fields }));
  const here = { organization_id: id };

  const live = async (budgetId: string, instance?: string): Promise<LiveView> => {
    const query = instance === undefined ? "" : `?instance=${encodeURIComponent(instance)}`;
    return liveView.parse(await rest("GET", `/budgets/${budgetId}${query}`));
  };
  const request = async (requestId: string) =>
    requestView.parse(await rest("GET", `/requests/${requestId}?organization_id=${id}`));

  return {
    id,
    self: { kind: "organization", id } satisfies Scope,
    send,
    rest,
    createTeam: () => create("/teams", { name: "of a test", ...here }),
    createUser: () => create("/users", { name: "of a test", ...here }),
    async createMember(teamId: string, userId: string): Promise<Scope> {
      await rest("POST", `/teams/${teamId}/members`, { user_id: userId });
      return { kind: "member", id: `${teamId}/${userId}` };
    },
    createKey: async (fields: object = {}): Promise<OrganizationKey> =>
      keyView.parse(await rest("POST", "/keys", { when_short: "reject", ...fields, ...here })),
    /** Of the whole life, and 100 USD, unless told. Returns its id. */
    createBudget: (scope: Scope, budget: object = {}) =>
      create("/budgets", { limit: "100", period: "total", ...budget, scope, ...here }),
    live,
    spent: async (budgetId: string, instance?: string) => (await live(budgetId, instance)).spent,
    /** The budget, once no call holds anything in it. */
    idle: (budgetId: string, instance?: string): Promise<LiveView> =>
      until(`the calls under ${budgetId} to settle`, async () => {
        const view = await live(budgetId, instance);
        return view.held === 0n ? view : undefined;
      }),
    /** The request, once the ledger has it. */
    settled: (answer: Pick<Answer, "requestId">) =>
      until(`${answer.requestId} to settle`, async () => {
        const view = await request(answer.requestId);
        return view.outcome === null ? undefined : view;
      }),
    /** The newest first. */
    ledger: async (): Promise<EntrySeen[]> =>
      z
        .object({ data: z.array(entryView), has_more: z.literal(false) })
        .parse(await rest("GET", `/ledger?organization_id=${id}&limit=200`)).data,
    reconcile: async (repair = false) =>
      driftView.parse(await rest("POST", `/reconcile?organization_id=${id}&repair=${repair}`)),
    call: (key: Pick<OrganizationKey, "secret">, options: Omit<CallOptions, "secret">) =>
      call(rig, { secret: key.secret, ...options }),
  };
}
