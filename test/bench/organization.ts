import type { Budget } from "../../src/domain/charged-budgets.ts";
import type { KeyPolicy, ScopePolicy } from "../../src/domain/policy.ts";
import { memberId, type ScopeRef } from "../../src/domain/scope.ts";
import { reserveLine } from "../../src/gate/lines.ts";
import { policiesInMemory } from "../../src/gate/policies.ts";
import type { PolicyRef } from "../../src/services.ts";
import type { ReserveInput } from "../../src/store/admission.ts";
import { createMemory } from "../../src/store/memory.ts";
import { rememberPolicy } from "../../src/store/policies.ts";
import type { Store } from "../../src/store/store.ts";

// An organization as calls find it: a key with its policy documents, budgets on its scopes, and their counters. What a
// call sends is made by the gate's own functions from the documents that Redis holds. Pure, but for `prepare`.

export const BUDGET_COUNTS = [1, 4, 12] as const;
export type BudgetCount = (typeof BUDGET_COUNTS)[number];

const ORG = "org_01jq7z3kxw8m4nc5tq0v9e2rya";
const TEAM = "team_01jq7z3kxw8m4nc5tq0v9e2ryb";
const USER = "user_01jq7z3kxw8m4nc5tq0v9e2ryc";
const KEY = "key_01jq7z3kxw8m4nc5tq0v9e2ryd";
const CUSTOMER = "customer-4711";
const DIGEST = "0123456789abcdefghjkmnpqrs";
const EPOCH = 3;
const NOW_MS = 1_999_999_999_999;
const LEASE_MS = 900_000;
/** What a call may cost at most, in nano-USD: about a cent. */
const WANT = 12_345_678;
const TOKENS = 4_321;
const NO_END_MS = 8_000_000_000_000;

const SCOPES = {
  organization: { kind: "organization", id: ORG },
  team: { kind: "team", id: TEAM },
  member: { kind: "member", id: memberId(TEAM, USER) },
  key: { kind: "key", id: KEY },
  customer: { kind: "customer", id: CUSTOMER },
} as const;

/** Where the budgets stand: a personal key with one; a team's key with four; the same for a named customer with twelve. */
const PLANS: Record<BudgetCount, { scope: keyof typeof SCOPES; unit: Budget["unit"]; period: Period }[]> = {
  1: [{ scope: "key", unit: "usd", period: "month" }],
  4: [
    { scope: "organization", unit: "usd", period: "month" },
    { scope: "team", unit: "usd", period: "month" },
    { scope: "member", unit: "usd", period: "day" },
    { scope: "key", unit: "requests", period: "minute" },
  ],
  12: [
    { scope: "organization", unit: "usd", period: "month" },
    { scope: "organization", unit: "usd", period: "day" },
    { scope: "organization", unit: "tokens", period: "minute" },
    { scope: "team", unit: "usd", period: "month" },
    { scope: "team", unit: "requests", period: "minute" },
    { scope: "member", unit: "usd", period: "day" },
    { scope: "member", unit: "concurrent", period: "total" },
    { scope: "key", unit: "usd", period: "month" },
    { scope: "key", unit: "usd", period: "total" },
    { scope: "key", unit: "requests", period: "minute" },
    { scope: "customer", unit: "usd", period: "day" },
    { scope: "customer", unit: "requests", period: "minute" },
  ],
};

const PERIODS = {
  day: { kind: "day" },
  month: { kind: "month" },
  minute: { kind: "duration", seconds: 60, anchor: "2026-01-01T00:00:00.000Z" },
  total: { kind: "total" },
} as const;
type Period = keyof typeof PERIODS;

/** An organization in Redis, and the reserve of one of its calls. */
export async function prepare(store: Store, count: BudgetCount): Promise<ReserveInput> {
  const memory = createMemory();
  await store.open({ organizationId: ORG, newEpoch: EPOCH, condemnedEpoch: 0, lostHolds: [] });
  for (const { policy, json } of documentsOf(count)) {
    const claimed = await store.claimPolicy(ORG, policy, "bench");
    if (claimed.kind === "cold") throw new Error("the organization has no epoch");
    const { claim } = claimed;
    const document = { epoch: EPOCH, claim, version: 17, json, endsAtMs: NO_END_MS };
    const put = await store.putPolicy(ORG, policy, document);
    if (put.kind === "again") throw new Error("a document's claim was lost");
    rememberPolicy(memory, ORG, policy, put.document);
  }
  const labels = { customer: count === 12 ? CUSTOMER : null, tags: [] };
  const policies = policiesInMemory(memory, { organizationId: ORG, digest: DIGEST }, labels);
  const lines = policies.charged.map((charged) => reserveLine(charged, TOKENS, NOW_MS));
  if (!policies.complete || lines.length !== count)
    throw new Error("the documents don't say what they should");

  const counters = lines.map(({ counter, periodStartMs }) => ({
    counter,
    periodStartMs,
    spent: 1_234_567_890_123,
  }));
  await store.rebuild({
    organizationId: ORG,
    epoch: EPOCH,
    watermark: { epoch: 0, n: 0, tag: "-", entryCount: 0 },
    counters,
  });
  return {
    organizationId: ORG,
    epoch: EPOCH,
    nowMs: NOW_MS,
    leaseMs: LEASE_MS,
    holdId: "hold_01jq7z3kxw8m4nc5tq0v9e2rye",
    policies: policies.versions,
    lines,
    want: WANT,
    tight: WANT / 2,
    least: WANT / 3,
    facts: JSON.stringify(factsOf(count)),
  };
}

/** What a line sets aside where all that is wanted fits. */
export const amountOf = (line: ReserveInput["lines"][number]) => (line.amount === "usd" ? WANT : line.amount);

function documentsOf(count: BudgetCount): { policy: PolicyRef; json: string }[] {
  const inTeam = count > 1;
  const place = inTeam ? { teamId: TEAM, userId: USER } : {};
  const key: KeyPolicy = { ...personalKey(KEY, ORG), ...place };
  const user: ScopeRef = { kind: "user", id: USER };
  const scopes: ScopeRef[] = [
    SCOPES.organization,
    ...(inTeam ? [SCOPES.team, SCOPES.member, user] : []),
    SCOPES.key,
    ...(count === 12 ? [SCOPES.customer] : []),
  ];
  return [
    { policy: { kind: "key", id: DIGEST }, json: JSON.stringify(key) },
    ...scopes.map((scope) => ({
      policy: { kind: "scope" as const, id: `${scope.kind}:${scope.id}` },
      json: JSON.stringify(scopePolicy(scope, count)),
    })),
  ];
}

export function personalKey(id: string, organizationId: string): KeyPolicy {
  return {
    id,
    organizationId,
    teamId: null,
    userId: null,
    enabled: true,
    revoked: false,
    expiresAtMs: null,
    models: ["gpt-4o*", "gpt-5*", "anthropic/claude-*"],
    endpoints: null,
    providers: ["openai", "anthropic"],
    modelAliases: { fast: "openai/gpt-4o-mini", best: "anthropic/claude-sonnet-4-6" },
    tags: [],
    whenShort: "clamp",
    minOutputTokens: 256,
    onDisconnect: "drain",
    allowUnpriced: false,
  };
}

/** The document of a scope with one usd budget a month. */
export function ownBudget(scope: ScopeRef, budgetId: string): ScopePolicy {
  const budget = budgetOf(scope, { unit: "usd", period: "month" }, 0);
  const none = { blocked: false, wildcards: [], labelled: [], modelAliases: null };
  return { budgets: [{ ...budget, id: budgetId }], ...none };
}

function scopePolicy(scope: ScopeRef, count: BudgetCount): ScopePolicy {
  return {
    budgets: PLANS[count].flatMap((plan, index) =>
      SCOPES[plan.scope].kind === scope.kind ? [budgetOf(scope, plan, index)] : [],
    ),
    blocked: false,
    wildcards: [],
    labelled: scope.kind === "organization" && count === 12 ? ["customer"] : [],
    modelAliases: scope.kind === "organization" ? { cheap: "openai/gpt-4o-mini" } : null,
  };
}

function budgetOf(scope: ScopeRef, plan: { unit: Budget["unit"]; period: Period }, index: number): Budget {
  return {
    id: `bud_01jq7z3kxw8m4nc5tq0v9e2s${String(index).padStart(2, "0")}`,
    scope,
    unit: plan.unit,
    limit: 9_000_000_000_000_000,
    period: PERIODS[plan.period],
    models: null,
    enforcement: "hard",
    onLapse: "charge",
    onStoreOutage: "closed",
    includeTeamSpend: false,
    adjustments: [],
    generation: 1,
  };
}

function factsOf(count: BudgetCount): Record<string, unknown> {
  return {
    request_id: "req_01jq7z3kxw8m4nc5tq0v9e2rye",
    key_id: KEY,
    team_id: count > 1 ? TEAM : null,
    user_id: count > 1 ? USER : null,
    customer: count === 12 ? CUSTOMER : null,
    tags: [],
    provider: "openai",
    model_requested: "gpt-4o-mini",
    model: "gpt-4o-mini",
    endpoint: "/v1/chat/completions",
    stream: true,
    hold: WANT,
    started_at: new Date(NOW_MS).toISOString(),
  };
}
