import type { PriceOptions } from "../domain/price-options.ts";
import { overriddenPrice, overrideFor, type PriceOverride } from "../domain/price-override.ts";
import type { Price } from "../domain/pricing.ts";
import { listPrice } from "../providers/prices/prices.ts";

/**
 * What a model costs an organization: its operator's override, else the list price. Null where neither knows a price for
 * what the options ask. Whoever prices a call asks here.
 */
export function priceFor(
  { priceOverrides }: { priceOverrides: readonly PriceOverride[] },
  asked: { provider: string; model: string; atMs: number; options?: PriceOptions },
): Price | null {
  const override = overrideFor(priceOverrides, asked);
  const list = listPrice(asked);
  return override ? overriddenPrice(override, list) : list;
}
