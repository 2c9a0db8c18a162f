import { settledUsage } from "../domain/estimate.ts";
import type { UnitCounts } from "../domain/billed-units.ts";
import { isAmount, MAX_NANO_USD } from "../domain/money.ts";
import { costOf, type Price } from "../domain/pricing.ts";
import { chargedInput, type Usage } from "../domain/usage.ts";
import type { Reading } from "../providers/wire.ts";

export interface Cost {
  costNanoUsd: number;
  /** Null where nothing was billed. */
  usage: Usage | null;
  estimated: boolean;
  /** What the provider stated that the call costs. */
  providerCostNanoUsd?: number;
}

/** What is known of a dispatched call beside its answer. */
interface Call {
  /** Asked only where the answer doesn't say. */
  likelyInput(): number;
  /** What the model may have written out of sight, if the answer broke off. */
  hiddenTokens: number;
  /** What the provider was told to write at most, over all answers. */
  mostOutputTokens: number;
  /** What it is charged for beside tokens, at most. */
  units?: UnitCounts;
  model: string;
  /** Null for a model that has none. */
  price: Price | null;
  /** The answer names a dearer tier that has no known price: the call costs more than its price says. */
  tierUnpriced?: boolean;
  /** The provider's word on what a call costs is shown, and nothing is settled at it. */
  statedIsHearsay?: boolean;
  /** What a usage or a price that can't be booked (law 13) is settled at. */
  holdNanoUsd: number;
  /** Of calls that the provider made inside. */
  priceOf(model: string): Price | null;
}

/**
 * What a dispatched call cost, from what its answer said. A known provider's own word wins over our calculation; of an answer
 * that broke off it is the cost so far, as the usage is.
 */
export function costOfReading(reading: Reading, call: Call): Cost {
  const computed = computedCost(reading, call);
  const stated = reading.costNanoUsd;
  if (stated === undefined || !isAmount(stated)) return computed;
  if (call.statedIsHearsay) return { ...computed, providerCostNanoUsd: stated };
  const whole = reading.complete || reading.failed;
  return {
    ...computed,
    costNanoUsd: whole ? stated : Math.max(stated, computed.costNanoUsd),
    estimated: !whole,
    providerCostNanoUsd: stated,
  };
}

function computedCost(reading: Reading, call: Call): Cost {
  const { usage: stated } = reading;
  const inputStated = stated !== null && chargedInput(stated) !== undefined;
  const settled = settledUsage(reading, { ...call, inputTokens: inputStated ? 0 : call.likelyInput() });
  if (settled === null) return { costNanoUsd: 0, usage: null, estimated: false };
  const { usage, estimated } = settled;
  if (call.price === null) return { costNanoUsd: 0, usage, estimated };
  let sum = 0;
  for (const part of [{ usage }, ...(reading.further ?? [])]) {
    const model = "model" in part ? part.model : undefined;
    const price = model === undefined ? call.price : (call.priceOf(model) ?? call.price);
    const cost = costOf(part.usage, price);
    if ("refused" in cost) return { costNanoUsd: call.holdNanoUsd, usage, estimated: true };
    sum += cost.costNanoUsd;
  }
  const costNanoUsd = Math.min(sum, MAX_NANO_USD);
  if (!call.tierUnpriced) return { costNanoUsd, usage, estimated };
  return { costNanoUsd: Math.max(costNanoUsd, call.holdNanoUsd), usage, estimated: true };
}
