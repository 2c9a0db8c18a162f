// The REST interface as an operator uses it: only what the end-to-end tests need of its answers is parsed.

import * as z from "zod";
import { type PatchOf, type PostOf, type PutOf, createApi, shown } from "./api-client.ts";
import type { paths } from "./api-types.ts";
import { until } from "./e2e-until.ts";
import { nanoUsd } from "./e2e-money.ts";
import type { Rig } from "./e2e-rig.ts";

const usd = z.string().transform(nanoUsd);

const budgetView = z.object({
  id: z.string(),
  scope: z.object({ kind: z.string(), id: z.string() }),
  limit: usd,
  spent: usd,
  held: usd,
  remaining: usd,
  period_start: z.string(),
  resets_at: z.string().nullable(),
});
export type BudgetView = z.infer<typeof budgetView>;

const keyView = z.object({ id: z.string(), status: z.string(), budgets: z.array(budgetView) });
export type KeyView = z.infer<typeof keyView>;
const newKey = keyView.extend({ secret: z.string() });
export type NewKey = z.infer<typeof newKey>;

const entryView = z.object({
  id: z.string(),
  request_id: z.string(),
  kind: z.string(),
  amount: usd,
  budgets: z.array(z.object({ id: z.string(), period_start: z.string(), amount: usd })),
  model: z.string(),
  provider: z.string(),
});
export type EntryView = z.infer<typeof entryView>;

const requestView = z.object({
  request_id: z.string(),
  key_id: z.string(),
  outcome: z.string().nullable(),
  hold: usd,
  cost: usd,
  overrun: usd,
  entries: z.array(entryView),
});
const settledView = requestView.extend({
  outcome: z.string(),
  provider: z.string(),
  model: z.string(),
  model_requested: z.string(),
  endpoint: z.string(),
  stream: z.boolean(),
  status: z.number().nullable(),
  estimated: z.boolean(),
  duration_ms: z.number().nullable(),
  usage: z.record(z.string(), z.unknown()),
  provider_cost: z.string().optional(),
});
export type SettledRequest = z.infer<typeof settledView>;

const holdView = z.object({
  id: z.string(),
  request_id: z.string(),
  key_id: z.string(),
  state: z.enum(["held", "lapsed", "settled", "released"]),
  amount: usd,
});
export type HoldSeen = z.infer<typeof holdView>;
const holdPage = z.object({ data: z.array(holdView), has_more: z.literal(false) });

type LedgerQuery = NonNullable<paths["/api/v1/ledger"]["get"]["parameters"]["query"]>;

/** A budget of a key as a test asks for one; amounts in USD. */
export interface BudgetInput {
  limit: string;
  period?: PostOf<"/api/v1/budgets">["period"] & {};
}

const PAGE_SIZE = 200;

export type Rest = ReturnType<typeof createRest>;

/** Each throws on any answer but a 2xx. */
export function createRest({ url, stack }: Pick<Rig, "url" | "stack">) {
  const api = createApi({ url, credential: stack.adminKey });
  const at = (id: string) => ({ params: { path: { id } } });
  const key = async (id: string) => keyView.parse(await shown(api.GET("/api/v1/keys/{id}", at(id))));

  return {
    api,
    /** A key with these budgets, of the whole life unless they say otherwise, and other fields as POST /keys takes them. */
    async createKey(budgets: BudgetInput[] = [], fields: PostOf<"/api/v1/keys"> = {}): Promise<NewKey> {
      const withPeriods = budgets.map((budget) => ({ period: "total", ...budget }));
      const body = { ...fields, budgets: withPeriods };
      return newKey.parse(await shown(api.POST("/api/v1/keys", { body })));
    },
    changeKey: (id: string, body: PatchOf<"/api/v1/keys/{id}">) =>
      shown(api.PATCH("/api/v1/keys/{id}", { ...at(id), body })),
    revokeKey: (id: string) => shown(api.DELETE("/api/v1/keys/{id}", at(id))),
    /** A budget of the organization that every key of the tests belongs to. */
    async createOrganizationBudget(budget: BudgetInput): Promise<BudgetView> {
      const scope = { kind: "organization", id: "org_default" } as const;
      const body = { period: "total", ...budget, scope };
      return budgetView.parse(await shown(api.POST("/api/v1/budgets", { body })));
    },
    budget: async (id: string) => budgetView.parse(await shown(api.GET("/api/v1/budgets/{id}", at(id)))),
    changeBudget: (id: string, body: PatchOf<"/api/v1/budgets/{id}">) =>
      shown(api.PATCH("/api/v1/budgets/{id}", { ...at(id), body })),
    deleteBudget: (id: string) => shown(api.DELETE("/api/v1/budgets/{id}", at(id))),
    /** What a model ("provider/model") costs the organization from then on; null: what the list says. */
    async setPrice(named: string, body: PutOf<"/api/v1/prices/{provider}/{model}"> | null): Promise<void> {
      const [provider = "", ...model] = named.split("/");
      const params = { path: { provider, model: model.join("/") } };
      await (body
        ? shown(api.PUT("/api/v1/prices/{provider}/{model}", { params, body }))
        : shown(api.DELETE("/api/v1/prices/{provider}/{model}", { params })));
    },
    /** A provider of the organization's own, or of a team's; null takes it off. */
    async setProvider(
      name: string,
      body: PutOf<"/api/v1/providers/{name}"> | null,
      query: { organization_id?: string; team_id?: string } = {},
    ): Promise<void> {
      const params = { path: { name }, query };
      await (body
        ? shown(api.PUT("/api/v1/providers/{name}", { params, body }))
        : shown(api.DELETE("/api/v1/providers/{name}", { params })));
    },
    createTeam: async () => (await shown(api.POST("/api/v1/teams", { body: { name: "A team" } }))).id,
    reseal: () => shown(api.POST("/api/v1/reseal")),
    key,
    /** What a client sees of its own key. */
    ownKey: async (secret: string) =>
      keyView.parse(await shown(createApi({ url, credential: secret }).GET("/api/v1/key"))),

    /** Every entry of a key, the newest first. */
    async ledger(keyId: string): Promise<EntryView[]> {
      const entries: EntryView[] = [];
      let cursor: string | null = null;
      do {
        const query: LedgerQuery = { key_id: keyId, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) };
        const page = await shown(api.GET("/api/v1/ledger", { params: { query } }));
        entries.push(...z.array(entryView).parse(page.data));
        cursor = page.next_cursor;
      } while (cursor !== null);
      return entries;
    },

    /** Those of the whole organization. */
    async holds(state: "held" | "lapsed"): Promise<HoldSeen[]> {
      const query = { state, limit: PAGE_SIZE };
      return holdPage.parse(await shown(api.GET("/api/v1/holds", { params: { query } }))).data;
    },
    voidHold: (id: string) => shown(api.POST("/api/v1/holds/{id}/void", at(id))),

    /** The request, once the ledger has it. */
    settledRequest: (id: string): Promise<SettledRequest> =>
      until(`${id} to settle`, async () => {
        const view = await shown(api.GET("/api/v1/requests/{id}", at(id)));
        return view.outcome === null ? undefined : settledView.parse(view);
      }),

    /** The key, once none of its calls is in flight. */
    idleKey: (id: string): Promise<KeyView> =>
      until(`the calls of ${id} to settle`, async () => {
        const view = await key(id);
        return view.budgets.every(({ held }) => held === 0n) ? view : undefined;
      }),
  };
}
