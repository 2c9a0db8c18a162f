import { inputTokensBound, inputTokensEstimate, type InputExtras } from "../domain/estimate.ts";
import { boundOf, outputTokensFor, unpricedPart, type CallBound } from "../domain/bounds.ts";
import type { KeyPolicy } from "../domain/policy.ts";
import type { Price } from "../domain/pricing.ts";
import { maxOutputTokens } from "../providers/prices/output-limits.ts";
import type { Wire } from "../providers/wire.ts";
import type { Understood } from "./understand.ts";

/** What a call can cost, in nano-USD. Each amount is an upper bound for what it assumes, rounded up. */
export interface Estimate {
  /** Input at its byte bound, output at its limit. */
  want: number;
  /** Input at its likely size, output at its limit. */
  tight: number;
  /** The least that is worth a call: input at its likely size, output at the smallest limit that a clamp may set. */
  least: number;
  /** The output limit of one answer that an amount below `tight` pays for. */
  clampFor(amountNanoUsd: number): number;
}

export interface Sizes {
  bound: number;
  likely: number;
  extras: InputExtras;
  output: number;
}

/** How large the call is, whatever it is priced at. `model`: the provider's name of it. */
export function sizesOf(call: Understood, wire: Wire, model: string): Sizes {
  const extras = wire.inputExtras(call.body, call.facts);
  return {
    bound: inputTokensBound(call.bytes.length, extras),
    likely: inputTokensEstimate(call.bytes, extras, model),
    extras,
    output: call.facts.outputLimit ?? maxOutputTokens(model),
  };
}

/** Null where no bound exists: the price or the sizes are absurd. */
export function estimate(
  call: Understood,
  sizes: Sizes,
  price: Price,
  policy: Pick<KeyPolicy, "whenShort" | "minOutputTokens">,
): Estimate | null {
  const { extras, output } = sizes;
  const common = commonBound(call, sizes);
  const bound = (inputTokens: number, outputTokens: number) =>
    boundOf({ ...common, inputTokens, outputTokens: outputTokens + extras.outputTokens }, price);

  const smallest = Math.min(output, Math.max(policy.minOutputTokens, call.facts.outputFloor ?? 0));
  const want = bound(sizes.bound, output);
  const tight = bound(sizes.likely, output);
  const least = policy.whenShort === "reject" ? tight : bound(sizes.likely, smallest);
  if (want === null || tight === null || least === null) return null;
  return {
    want,
    tight,
    least,
    clampFor(amountNanoUsd) {
      const tokens = outputTokensFor(amountNanoUsd, { ...common, inputTokens: sizes.likely }, price) ?? 0;
      return Math.min(output, Math.max(smallest, tokens - extras.outputTokens));
    },
  };
}

/** What of the call the price doesn't name (R22), or null. */
export function unpricedPartOf(call: Understood, sizes: Sizes, price: Price): string | null {
  const { bound, output, extras } = sizes;
  const outputTokens = output + extras.outputTokens;
  return unpricedPart({ ...commonBound(call, sizes), inputTokens: bound, outputTokens }, price);
}

function commonBound(call: Understood, { extras }: Sizes): Omit<CallBound, "inputTokens" | "outputTokens"> {
  return {
    choices: call.facts.choices,
    cacheWrites: extras.cacheWrites,
    audioInputTokens: extras.audioTokens,
    audioOutput: extras.audioOutput,
    toolCalls: extras.toolCalls,
    ...(extras.units && { units: extras.units }),
  };
}
