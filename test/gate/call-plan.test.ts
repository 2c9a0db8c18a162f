import { expect, test } from "vitest";
import { counterName, type Budget, type Unit } from "../../src/domain/charged-budgets.ts";
import type { PriceOverride } from "../../src/domain/price-override.ts";
import { nowhere, planCall } from "../../src/gate/call-plan.ts";
import type { GateDeps } from "../../src/gate/gate-deps.ts";
import type { CallPolicies } from "../../src/gate/policies.ts";
import { openaiChat } from "../../src/providers/openai/chat.ts";
import { routeOf } from "../../src/providers/registry.ts";
import type { JsonObject } from "../../src/providers/wire.ts";
import { understoodOf } from "./understood.ts";

const startedAtMs = Date.UTC(2026, 10, 22, 12);
// Of the gate's parts, a plan reads the settings alone.
const deps = { config: { DEFAULT_PROVIDER: "openai", providers: {} } } as unknown as GateDeps;

const budgetOf = (unit: Unit): Budget => ({
  id: `bud_${unit}`,
  scope: { kind: "key", id: "key_1" },
  unit,
  limit: 1,
  period: { kind: "month" },
  models: null,
  enforcement: "hard",
  onLapse: "charge",
  onStoreOutage: "closed",
  includeTeamSpend: false,
  adjustments: [],
  generation: 1,
});

function plan(body: JsonObject, priceOverrides: PriceOverride[] = []) {
  const path = "/openai/v1/chat/completions";
  const route = routeOf("POST", path);
  const whole = { messages: [{ role: "user", content: "Hi" }], ...body };
  if (!route) throw new Error("no route");
  const charged = (["usd", "requests", "tokens"] as const).map((unit) => ({
    budget: budgetOf(unit),
    scope: { kind: "key", id: "key_1" } as const,
    counter: counterName(budgetOf(unit)),
  }));
  const policies: CallPolicies = {
    key: {
      id: "key_1",
      organizationId: "org_default",
      teamId: null,
      userId: null,
      enabled: true,
      revoked: false,
      expiresAtMs: null,
      models: null,
      endpoints: null,
      providers: null,
      modelAliases: null,
      tags: [],
      whenShort: "clamp",
      minOutputTokens: 256,
      onDisconnect: "drain",
      allowUnpriced: false,
    },
    labels: { customer: null, tags: [] },
    customerBlocked: false,
    modelAliases: {},
    priceOverrides,
    ownProvider: () => null,
    charged,
    chargedFor: () => charged,
    complete: true,
    versions: [],
  };
  return planCall(
    deps,
    {
      request: new Request(`http://gate.test${path}`),
      route,
      call: understoodOf(openaiChat, whole),
      requestId: "req_1",
      labels: { customer: null, tags: [] },
      startedAtMs,
    },
    policies,
  );
}

const units = (planned: ReturnType<typeof plan>) =>
  "refusal" in planned ? planned.refusal.code : planned.charged.map(({ budget }) => budget.unit);
const FREE = {
  provider: "openai",
  model: "gpt-4o*",
  updatedAtMs: startedAtMs,
  rates: { input: 0, output: 0 },
};

test("R13: a call that is free in every rate counts in no usd budget, so a spent one doesn't refuse it", () => {
  const free = plan({ model: "gpt-4o" }, [FREE]);
  expect(units(free)).toEqual(["requests", "tokens"]);
  expect(free).toMatchObject({ reserve: { want: 0, tight: 0, least: 0 }, facts: { model: "gpt-4o" } });
  expect(units(plan({ model: "gpt-4o" }))).toEqual(["usd", "requests", "tokens"]);
});

test("R22, law 11: what has no price is refused under a usd budget", () => {
  expect(units(plan({ model: "gpt-99" }))).toBe("model_unpriced");
  expect(units(plan({ model: "gpt-5.2-pro", service_tier: "priority" }))).toBe("model_unpriced");
});

test("R52: the hold is for the service that is asked for", () => {
  const want = (body: JsonObject) => {
    const planned = plan({ model: "gpt-5.2", max_tokens: 1_000, ...body });
    return "refusal" in planned ? null : planned.reserve.want;
  };
  const standard = want({});
  expect(want({ service_tier: "default" })).toBeGreaterThan(0);
  // The longer body is a few tokens more.
  const priority = want({ service_tier: "priority" });
  const flex = want({ service_tier: "flex" });
  expect(priority).toBeGreaterThan(2 * (standard ?? 0));
  expect(flex).toBeGreaterThan(standard ?? 0);
  expect(flex).toBeLessThan(priority ?? 0);
});

test("law 11: an operator's price makes a model usable, and a service without a price too", () => {
  const own = {
    provider: "openai",
    updatedAtMs: startedAtMs,
    rates: { input: 1_000_000, output: 1_000_000 },
  };
  expect(units(plan({ model: "gpt-99" }, [{ ...own, model: "gpt-99" }]))).toEqual([
    "usd",
    "requests",
    "tokens",
  ]);
  expect(
    units(plan({ model: "gpt-5.2-pro", service_tier: "priority" }, [{ ...own, model: "gpt-5.2-*" }])),
  ).toEqual(["usd", "requests", "tokens"]);
});

test("where nobody says where a provider is, the settings that would are named", () => {
  expect(nowhere("azure").message).toContain("No AZURE_BASE_URL says");
  expect(nowhere("bedrock").message).toContain("No AWS_REGION and no BEDROCK_BASE_URL says");
});
