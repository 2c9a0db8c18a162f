import type { PriceOptions } from "../domain/price-options.ts";
import { dearerPrice, type Price } from "../domain/pricing.ts";
import type { Refusal } from "../errors.ts";
import { unpricedPartOf, type Sizes } from "./estimate.ts";
import type { CallPolicies } from "./policies.ts";
import { priceFor } from "./price-for.ts";
import { askedOptions, joinedOptions } from "./price-options.ts";
import type { Understood } from "./understand.ts";

interface CallPrice {
  /** What the hold is computed with; null where no price covers the call. */
  price: Price | null;
  /** What the call asks for beside its model. */
  options: PriceOptions;
  /** Why the call may not run under a usd budget (law 11), or null. */
  refusal: Refusal | null;
}

/**
 * The price that a call is held at: of the tier and the variant that it asks for, and never below the list's, for a
 * cheaper service counts only once the answer says that it was given.
 */
export function callPrice(
  { call, sizes }: { call: Understood; sizes: Sizes },
  policies: Pick<CallPolicies, "priceOverrides">,
  target: { provider: string; model: string; atMs: number },
): CallPrice {
  const asked = askedOptions(call.facts, call.body, target.provider);
  const options = joinedOptions(asked);
  const list = priceFor(policies, target);
  const part = list && unpricedPartOf(call, sizes, list);
  // A price that doesn't cover the call is none for it.
  if (!list || part !== null) return { price: null, options, refusal: unpricedModel(target, part) };
  if (asked.length === 0) return { price: list, options, refusal: null };
  const alone = asked.find((one) => !priceFor(policies, { ...target, options: one.options }));
  if (alone) return { price: list, options, refusal: unpricedOption(alone.param) };
  const price = priceFor(policies, { ...target, options });
  if (!price) return { price: list, options, refusal: unpricedOption("service_tier") };
  const { variant } = options;
  const standard = variant === undefined ? list : priceFor(policies, { ...target, options: { variant } });
  return { price: standard ? dearerPrice(price, standard) : price, options, refusal: null };
}

/** `part`: what of the call the model's price doesn't cover; null where the model has no price at all. */
function unpricedModel(
  { provider, model }: { provider: string; model: string },
  part: string | null,
): Refusal {
  const price = part === null ? "price" : `price for ${part.replaceAll("_", " ")}`;
  return {
    code: "model_unpriced",
    message: `The model ${model} of ${provider} has no known ${price}, and this key is under a usd budget.`,
    param: "model",
  };
}

function unpricedOption(param: string): Refusal {
  return {
    code: "model_unpriced",
    message: `What ${param} asks for has no known price, and this key is under a usd budget.`,
    param,
  };
}
