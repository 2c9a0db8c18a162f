import type { Price } from "../domain/pricing.ts";
import type { Refusal } from "../errors.ts";
import { listPrice } from "../providers/prices.ts";
import type { Route } from "../providers/registry.ts";
import type { Wire } from "../providers/wire.ts";
import type { Plan } from "./admit.ts";
import { estimate, sizesOf, type Estimate } from "./estimate.ts";
import type { GateDeps } from "./gate-deps.ts";
import { allowanceRefusal, keyRefusal, targetOf, type Target } from "./plan.ts";
import type { CallPolicies } from "./policies.ts";
import type { Understood } from "./understand.ts";

/** What the plan of a metered call leaves for later: where it goes, and what it costs. */
export interface CallPlan {
  target: Target;
  /** Null: the model has no price, and the key is under no usd budget, or its operator lets it pass. */
  price: Price | null;
  estimate: Estimate | null;
  inputTokens: number;
}

export interface PlannedCall {
  request: Request;
  route: Route;
  wire: Wire;
  call: Understood;
  requestId: string;
  startedAtMs: number;
}

const MAX_LABEL_LENGTH = 256;

/** What a call sets aside under given policies, or why they refuse it. Pure, but for the clock in `planned`. */
export function planCall(
  deps: GateDeps,
  planned: PlannedCall,
  { key, budgets }: CallPolicies,
): Plan<CallPlan> {
  const { route, wire, call, startedAtMs } = planned;
  const refusal = keyRefusal(key, startedAtMs);
  if (refusal || !key) return { refusal: refusal ?? { code: "invalid_key", message: "No such API key." } };
  const aimed = targetOf(call.facts.model, route, key, deps.config.DEFAULT_PROVIDER);
  if ("refusal" in aimed) return aimed;
  const { target } = aimed;
  const forbidden = allowanceRefusal(key, { ...target, path: route.path });
  if (forbidden) return { refusal: forbidden };

  const price = listPrice({ ...target, atMs: startedAtMs });
  const underUsd = budgets.some((budget) => budget.unit === "usd");
  if (!price && underUsd && !key.allowUnpriced) return { refusal: unpriced(target) };
  const sizes = sizesOf(call, wire, target.model);
  const estimated = price && estimate(call, sizes, price, key);
  if (price && !estimated) return { refusal: unbounded() };
  const { want = 0, tight = 0, least = 0 } = estimated ?? {};
  return {
    reserve: { want, tight, least },
    facts: {
      request_id: planned.requestId,
      key_id: key.id,
      team_id: key.teamId,
      user_id: key.userId,
      customer: label(planned.request.headers.get("x-tollgate-customer") ?? call.facts.endUser),
      tags: key.tags,
      provider: target.provider,
      model_requested: call.facts.model.slice(0, MAX_LABEL_LENGTH),
      model: target.model.slice(0, MAX_LABEL_LENGTH),
      endpoint: route.path,
      stream: call.facts.stream,
      hold: want,
      started_at: new Date(startedAtMs).toISOString(),
    },
    extra: { target, price, estimate: estimated, inputTokens: sizes.likely },
  };
}

function label(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text.slice(0, MAX_LABEL_LENGTH);
}

function unpriced({ provider, model }: Target): Refusal {
  return {
    code: "model_unpriced",
    message: `The model ${model} of ${provider} has no known price, and this key is under a usd budget.`,
    param: "model",
  };
}

function unbounded(): Refusal {
  return {
    code: "invalid_request",
    message: "What this call can cost has no bound that a budget could hold.",
  };
}
