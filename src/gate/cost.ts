import { settledUsage } from "../domain/estimate.ts";
import { MAX_NANO_USD } from "../domain/money.ts";
import { costOf, type Price } from "../domain/pricing.ts";
import type { Usage } from "../domain/usage.ts";
import type { Reading } from "../providers/wire.ts";

export interface Cost {
  costNanoUsd: number;
  /** Null where nothing was billed. */
  usage: Usage | null;
  estimated: boolean;
}

/**
 * What a dispatched call cost, from what its answer said. `price`: null for a model that has none. `holdNanoUsd`: what
 * a usage or a price that can't be booked (law 13) is settled at. `priceOf`: of calls that the provider made inside.
 */
export function costOfReading(
  reading: Reading,
  call: {
    inputTokens: number;
    /** What the model may have written out of sight, if the answer broke off. */
    hiddenTokens: number;
    model: string;
    price: Price | null;
    holdNanoUsd: number;
    priceOf(model: string): Price | null;
  },
): Cost {
  const settled = settledUsage(reading, call);
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
  return { costNanoUsd: Math.min(sum, MAX_NANO_USD), usage, estimated };
}
