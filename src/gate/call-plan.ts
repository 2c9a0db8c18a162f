import type { InputExtras } from "../domain/estimate.ts";
import type { PriceOptions } from "../domain/price-options.ts";
import type { Price } from "../domain/pricing.ts";
import type { CallLabels } from "../domain/scope.ts";
import type { Refusal } from "../errors.ts";
import type { Route } from "../providers/registry.ts";
import { upstreamOf, type Upstream } from "../providers/upstream.ts";
import type { Plan } from "./admission.ts";
import type { Estimate } from "./estimate.ts";
import type { GateDeps } from "./gate-deps.ts";
import { tooManyTags } from "./labels.ts";
import { noSuchProvider } from "./custom-route.ts";
import { allowanceRefusal, keyRefusal, targetOf, type Target } from "./plan.ts";
import type { CallPolicies } from "./policies.ts";
import { modelsOf, pricedCall } from "./priced-call.ts";
import { readAs, type Understood } from "./understand.ts";

/** What the plan of a metered call leaves for later: where it goes, and what it costs. */
export interface CallPlan {
  target: Target;
  /** As the target's dialect of the format reads it. */
  call: Understood;
  upstream: Upstream;
  /** Null: the model has no price, and the key is under no usd budget, or its operator lets it pass. */
  price: Price | null;
  /** What the call asks for beside its model. */
  options: PriceOptions;
  estimate: Estimate | null;
  /** What the body's bytes don't tell of its input. */
  extras: InputExtras;
  /** The output limit of one answer, before a clamp. */
  outputTokens: number;
}

export interface PlannedCall {
  request: Request;
  route: Route;
  call: Understood;
  requestId: string;
  /** The customer and tags that the request names. */
  labels: CallLabels;
  startedAtMs: number;
}

/** A model's name in the ledger; a longer one is no model's. */
const MAX_MODEL_LENGTH = 256;

/** What a call sets aside under given policies, or why they refuse it. Pure, but for the clock in `planned`. */
export function planCall(deps: GateDeps, planned: PlannedCall, policies: CallPolicies): Plan<CallPlan> {
  const { key, labels } = policies;
  const { route, startedAtMs } = planned;
  const refusal = keyRefusal(key, startedAtMs);
  if (refusal || !key) return { refusal: refusal ?? { code: "invalid_key", message: "No such API key." } };
  if (!labels) return { refusal: tooManyTags() };
  if (policies.customerBlocked) return { refusal: blocked(labels) };
  const aliases = { ...policies.modelAliases, ...key.modelAliases };
  if (route.provider?.custom && !policies.ownProvider(route.provider.name))
    return { refusal: noSuchProvider(route.provider.name) };
  const aimed = targetOf(planned.call.facts.model, route, {
    aliases,
    defaultProvider: deps.config.DEFAULT_PROVIDER,
    isOwn: (name) => policies.ownProvider(name) !== null,
  });
  if ("refusal" in aimed) return aimed;
  const { target } = aimed;
  const call = target.wire === route.metering ? planned.call : readAs(target.wire, planned.call, route.path);
  const provider = target.provider.name;
  const models = modelsOf(target, call);
  for (const model of models) {
    const forbidden = allowanceRefusal(key, { provider, model, path: route.path });
    if (forbidden) return { refusal: forbidden };
  }
  const hidden = target.provider.hiddenUsage?.(askedIn(planned)) ?? null;
  if (hidden !== null) return { refusal: unreadable(hidden) };
  const upstream = upstreamOf(deps.config, target.provider, target, policies.ownProvider(provider));
  if (!upstream) return { refusal: nowhere(provider) };

  const priced = pricedCall(call, target, { policies, key, atMs: startedAtMs });
  const { price, options, sizes, free, estimate: estimated } = priced;
  // A budget of one of them is none of the others', but which one answers is known too late.
  const covering = new Set(models.flatMap((model) => policies.chargedFor({ provider, model })));
  const charged = [...covering].filter(({ budget }) => !free || budget.unit !== "usd");
  const underUsd = charged.some(({ budget }) => budget.unit === "usd");
  if (priced.refusal && underUsd && !key.allowUnpriced) return { refusal: priced.refusal };
  if (price && !estimated) return { refusal: unbounded() };
  const { want = 0, tight = 0, least = 0 } = estimated ?? {};
  return {
    reserve: { want, tight, least },
    tokens: sizes.likely + call.facts.choices * sizes.output,
    charged,
    facts: {
      request_id: planned.requestId,
      key_id: key.id,
      team_id: key.teamId,
      user_id: key.userId,
      ...labels,
      provider,
      model_requested: call.facts.model.slice(0, MAX_MODEL_LENGTH),
      model: target.model.slice(0, MAX_MODEL_LENGTH),
      endpoint: route.path,
      stream: call.facts.stream,
      hold: want,
      started_at: new Date(startedAtMs).toISOString(),
    },
    extra: {
      target,
      call,
      upstream,
      price,
      options,
      estimate: estimated,
      extras: sizes.extras,
      outputTokens: sizes.output,
    },
  };
}

function askedIn({ request }: PlannedCall): { query: URLSearchParams; headers: Headers } {
  return { query: new URL(request.url).searchParams, headers: request.headers };
}

function unreadable(param: string): Refusal {
  return {
    code: "invalid_request",
    message: `With ${param} the cost of this call couldn't be read from its answer.`,
    param,
  };
}

function blocked({ customer }: CallLabels): Refusal {
  return {
    code: "customer_blocked",
    message: `The customer ${customer ?? ""} is blocked.`,
    param: "customer",
  };
}

export function nowhere(provider: string): Refusal {
  const setting = `${provider.toUpperCase()}_BASE_URL`;
  const settings = provider === "bedrock" ? `AWS_REGION and no ${setting}` : setting;
  return {
    code: "provider_not_allowed",
    message: `No ${settings} says where ${provider} is, nor does the organization's own credential.`,
  };
}

function unbounded(): Refusal {
  return {
    code: "invalid_request",
    message: "What this call can cost has no bound that a budget could hold.",
  };
}
