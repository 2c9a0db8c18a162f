// The REST interface as an operator uses it: only what the end-to-end tests need of its answers is parsed.

import * as z from "zod";
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
const entryPage = z.object({
  data: z.array(entryView),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
});

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

/** A budget of a key as a test asks for one; amounts in USD. */
export interface BudgetInput {
  limit: string;
  period?: string | { kind: string; seconds?: number };
}

const PAGE_SIZE = 200;

export type Rest = ReturnType<typeof createRest>;

export function createRest({ url, stack }: Pick<Rig, "url" | "stack">) {
  async function call(method: string, path: string, body?: unknown, credential = stack.adminKey) {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer: unknown = text === "" ? null : JSON.parse(text);
    return answer;
  }

  const key = async (id: string) => keyView.parse(await call("GET", `/keys/${id}`));

  return {
    /** A key with these budgets, of the whole life unless they say otherwise, and other fields as POST /keys takes them. */
    async createKey(budgets: BudgetInput[] = [], fields: object = {}): Promise<NewKey> {
      const withPeriods = budgets.map((budget) => ({ period: "total", ...budget }));
      return newKey.parse(await call("POST", "/keys", { ...fields, budgets: withPeriods }));
    },
    changeKey: (id: string, fields: object) => call("PATCH", `/keys/${id}`, fields),
    revokeKey: (id: string) => call("DELETE", `/keys/${id}`),
    /** A budget of the organization that every key of the tests belongs to. */
    async createOrganizationBudget(budget: BudgetInput): Promise<BudgetView> {
      const scope = { kind: "organization", id: "org_default" };
      return budgetView.parse(await call("POST", "/budgets", { period: "total", ...budget, scope }));
    },
    budget: async (id: string) => budgetView.parse(await call("GET", `/budgets/${id}`)),
    changeBudget: (id: string, fields: object) => call("PATCH", `/budgets/${id}`, fields),
    deleteBudget: (id: string) => call("DELETE", `/budgets/${id}`),
    /** What a model ("provider/model") costs the organization from then on; null: what the list says. */
    setPrice: (model: string, price: object | null) =>
      price ? call("PUT", `/prices/${model}`, price) : call("DELETE", `/prices/${model}`),
    /** A provider of the organization's own, or of a team's; null takes it off. */
    setProvider: (name: string, own: object | null, query = "") =>
      own ? call("PUT", `/providers/${name}${query}`, own) : call("DELETE", `/providers/${name}${query}`),
    createTeam: async (): Promise<string> =>
      z.object({ id: z.string() }).parse(await call("POST", "/teams", { name: "A team" })).id,
    reseal: () => call("POST", "/reseal"),
    key,
    /** What a client sees of its own key. */
    ownKey: async (secret: string) => keyView.parse(await call("GET", "/key", undefined, secret)),

    /** Every entry of a key, the newest first. */
    async ledger(keyId: string): Promise<EntryView[]> {
      const entries: EntryView[] = [];
      let cursor = "";
      for (;;) {
        const page = entryPage.parse(
          await call("GET", `/ledger?key_id=${keyId}&limit=${PAGE_SIZE}${cursor && `&cursor=${cursor}`}`),
        );
        entries.push(...page.data);
        if (page.next_cursor === null) return entries;
        cursor = encodeURIComponent(page.next_cursor);
      }
    },

    /** Those of the whole organization. */
    holds: async (state: "held" | "lapsed"): Promise<HoldSeen[]> =>
      holdPage.parse(await call("GET", `/holds?state=${state}&limit=${PAGE_SIZE}`)).data,
    voidHold: (id: string) => call("POST", `/holds/${id}/void`, {}),

    /** The request, once the ledger has it. */
    settledRequest: (id: string): Promise<SettledRequest> =>
      until(`${id} to settle`, async () => {
        const view = await call("GET", `/requests/${id}`);
        return requestView.parse(view).outcome === null ? undefined : settledView.parse(view);
      }),

    /** The key, once none of its calls is in flight. */
    idleKey: (id: string): Promise<KeyView> =>
      until(`the calls of ${id} to settle`, async () => {
        const view = await key(id);
        return view.budgets.every(({ held }) => held === 0n) ? view : undefined;
      }),
  };
}
