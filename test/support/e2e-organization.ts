// An organization of a test's own: what its calls charge is seen by that test alone.

import * as z from "zod";
import { type PostOf, type Schemas, shown } from "./api-client.ts";
import { call, type Answer, type CallOptions } from "./e2e-calls.ts";
import { nanoUsd } from "./e2e-money.ts";
import { createRest } from "./e2e-rest.ts";
import type { Rig } from "./e2e-rig.ts";
import { until } from "./e2e-until.ts";

/** Nano-USD, or a count in another unit. */
const amount = z.union([z.string().transform(nanoUsd), z.int().transform(BigInt)]);

export type OrganizationKey = Schemas["NewKey"];

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

export type Scope = Schemas["Scope"];
export type BudgetFields = Partial<PostOf<"/api/v1/budgets">>;

export type Organization = Awaited<ReturnType<typeof createOrganization>>;

/** Each throws on any answer but a 2xx, except what is asked of `api` itself. */
export async function createOrganization(rig: Rig, fields: Partial<PostOf<"/api/v1/organizations">> = {}) {
  const { api, changeKey, changeBudget, deleteBudget } = createRest(rig);
  const { id } = await shown(api.POST("/api/v1/organizations", { body: { name: "of a test", ...fields } }));
  const here = { organization_id: id };
  const named = { name: "of a test", ...here };
  const at = (id: string) => ({ path: { id } });

  const live = async (budgetId: string, instance?: string): Promise<LiveView> => {
    const params = { ...at(budgetId), ...(instance !== undefined && { query: { instance } }) };
    return liveView.parse(await shown(api.GET("/api/v1/budgets/{id}", { params })));
  };
  const request = async (requestId: string) => {
    const params = { ...at(requestId), query: here };
    return requestView.parse(await shown(api.GET("/api/v1/requests/{id}", { params })));
  };

  return {
    id,
    self: { kind: "organization", id } satisfies Scope as Scope,
    api,
    createTeam: async () => (await shown(api.POST("/api/v1/teams", { body: named }))).id,
    createUser: async () => (await shown(api.POST("/api/v1/users", { body: named }))).id,
    async createMember(teamId: string, userId: string): Promise<Scope> {
      const options = { params: at(teamId), body: { user_id: userId } };
      await shown(api.POST("/api/v1/teams/{id}/members", options));
      return { kind: "member", id: `${teamId}/${userId}` };
    },
    createKey: (fields: PostOf<"/api/v1/keys"> = {}): Promise<OrganizationKey> =>
      shown(api.POST("/api/v1/keys", { body: { when_short: "reject", ...fields, ...here } })),
    changeKey,
    /** Of the whole life, and 100 USD, unless told. A `concurrent` one has no other period. Returns its id. */
    async createBudget(scope: Scope, budget: BudgetFields = {}): Promise<string> {
      const period = budget.unit === "concurrent" ? {} : { period: "total" };
      const body = { limit: "100", ...period, ...budget, scope, ...here } as PostOf<"/api/v1/budgets">;
      return (await shown(api.POST("/api/v1/budgets", { body }))).id;
    },
    changeBudget,
    deleteBudget,
    reset: (budgetId: string, body: PostOf<"/api/v1/budgets/{id}/reset"> = {}) =>
      shown(api.POST("/api/v1/budgets/{id}/reset", { params: at(budgetId), body })),
    adjust: (budgetId: string, body: PostOf<"/api/v1/budgets/{id}/adjustments">) =>
      shown(api.POST("/api/v1/budgets/{id}/adjustments", { params: at(budgetId), body })),
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
    async ledger(): Promise<EntrySeen[]> {
      const page = await shown(api.GET("/api/v1/ledger", { params: { query: { ...here, limit: 200 } } }));
      return z.object({ data: z.array(entryView), has_more: z.literal(false) }).parse(page).data;
    },
    async reconcile(repair = false) {
      const query = { ...here, repair: repair ? "true" : "false" } as const;
      return driftView.parse(await shown(api.POST("/api/v1/reconcile", { params: { query } })));
    },
    call: (key: Pick<OrganizationKey, "secret">, options: Omit<CallOptions, "secret">) =>
      call(rig, { secret: key.secret, ...options }),
  };
}
