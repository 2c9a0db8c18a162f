import type { KeyPolicy } from "../domain/policy.ts";
import type { PriceOptions } from "../domain/price-options.ts";
import type { Price } from "../domain/pricing.ts";
import type { Refusal } from "../errors.ts";
import { callPrice } from "./call-price.ts";
import { estimate, sizesOf, type Estimate, type Sizes } from "./estimate.ts";
import { isFreeCall } from "./free-call.ts";
import type { Target } from "./plan.ts";
import { redirectsOf } from "../providers/prices/redirects.ts";
import type { CallPolicies } from "./policies.ts";
import { priceFor } from "./price-for.ts";
import type { Understood } from "./understand.ts";

export interface PricedCall {
  sizes: Sizes;
  /** Of the dearest of the models that may answer. Null: one of them has none. */
  price: Price | null;
  options: PriceOptions;
  /** Why the call may not run under a usd budget (law 11), or null. */
  refusal: Refusal | null;
  /** Null without a price, or where no bound exists. */
  estimate: Estimate | null;
  free: boolean;
}

/** All models that a call names. */
export function modelsOf(target: Target, call: Understood): string[] {
  return [target.model, ...(call.facts.alternatives ?? [])];
}

/** All models that may answer it: also those that its provider puts in the place of one that is named. */
export function answerersOf(target: Target, call: Understood, atMs: number): string[] {
  const provider = target.provider.name;
  const named = modelsOf(target, call);
  return [...new Set(named.flatMap((model) => [model].concat(redirectsOf({ provider, model, atMs }))))];
}

/** What a call can cost, whichever of its models answers. */
export function pricedCall(
  call: Understood,
  target: Target,
  {
    policies,
    key,
    atMs,
  }: {
    policies: Pick<CallPolicies, "priceOverrides">;
    key: Pick<KeyPolicy, "whenShort" | "minOutputTokens">;
    atMs: number;
  },
): PricedCall {
  const provider = target.provider.name;
  const priceOf = (model: string) => priceFor(policies, { provider, model, atMs });
  const [first, ...others] = answerersOf(target, call, atMs).map((model): PricedCall => {
    const sizes = sizesOf(call, target.wire, model);
    const { price, options, refusal } = callPrice({ call, sizes }, policies, { provider, model, atMs });
    const estimated = price && estimate(call, sizes, price, key, priceOf);
    const free = isFreeCall(price, sizes, call.body);
    return { sizes, price, options, refusal, estimate: estimated, free };
  });
  if (!first) throw new Error("a call has a model");
  return others.reduce(dearest, first);
}

function dearest(one: PricedCall, other: PricedCall): PricedCall {
  const refusal = one.refusal ?? other.refusal;
  const free = one.free && other.free;
  const sizes = {
    ...one.sizes,
    bound: Math.max(one.sizes.bound, other.sizes.bound),
    likely: Math.max(one.sizes.likely, other.sizes.likely),
    output: Math.max(one.sizes.output, other.sizes.output),
  };
  if (!one.price || !other.price) return { ...one, sizes, price: null, refusal, free, estimate: null };
  const [a, b] = [one.estimate, other.estimate];
  if (!a || !b) return { ...one, sizes, refusal, free, estimate: null };
  const { price, options } = b.want > a.want ? other : one;
  return {
    sizes,
    price,
    options,
    refusal,
    free,
    estimate: {
      want: Math.max(a.want, b.want),
      tight: Math.max(a.tight, b.tight),
      least: Math.max(a.least, b.least),
      clampFor: (amountNanoUsd) => Math.min(a.clampFor(amountNanoUsd), b.clampFor(amountNanoUsd)),
    },
  };
}
