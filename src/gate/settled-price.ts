import type { PriceOptions } from "../domain/price-options.ts";
import { dearerPrice, type Price } from "../domain/pricing.ts";
import { isDearerTier } from "../providers/prices/service-tiers.ts";
import type { Reading } from "../providers/wire.ts";

interface Settled {
  /** Null for a model that has no price. */
  price: Price | null;
  /** The answer names a dearer tier that has no known price: the call costs more than this price says. */
  tierUnpriced: boolean;
}

interface Call {
  provider: string;
  /** The provider's name of the model asked for. */
  model: string;
  /** What the hold was computed with. */
  held: Price | null;
  /** What the call asked for. */
  options: PriceOptions;
  /** The model asked for is a deployment: whatever it is called, the price is that of the model that answers. */
  deployment?: boolean;
  /** The operator says what the model asked for costs: then no snapshot of it has a price of its own. */
  overridden: boolean;
  priceOf(model: string, options: PriceOptions): Price | null;
}

/**
 * The price that an answer is settled at: of the snapshot that answered, or of the deployed model, at the tier that the
 * answer states. An answer that states none was served as asked, but at no discount (R52).
 */
export function settledPrice({ model: answered, serviceTier: stated }: Reading, call: Call): Settled {
  if (call.held === null && !call.deployment) return { price: null, tierUnpriced: false };
  const refined =
    answered !== undefined &&
    !call.overridden &&
    (call.deployment ? call.priceOf(answered, {}) !== null : isSnapshotOf(answered, call.model));
  const model = refined ? answered : call.model;
  const { variant } = call.options;
  const asked = call.options.tier ?? "";
  const priceAt = (tier: string) => {
    const options = { tier, ...(variant !== undefined && { variant }) };
    return call.priceOf(model, options) ?? call.priceOf(call.model, options);
  };
  // Anthropic states speed and region only on newer models; what was asked for is then what was given.
  const tier = call.provider === "anthropic" ? `${asked} ${stated ?? ""}` : (stated ?? asked);
  const price = priceAt(tier);
  const list = priceAt("");
  if (!price) return { price: list ?? call.held, tierUnpriced: isDearerTier(call.provider, tier) };
  return { price: stated === undefined && list ? dearerPrice(price, list) : price, tierUnpriced: false };
}

/** What stands behind the model's name is a date or a number of a snapshot: "-mini" is another model, at another price. */
export function isSnapshotOf(answered: string, model: string): boolean {
  return (
    answered.startsWith(model) &&
    /^(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{8}|\d{3,4}))?$/.test(answered.slice(model.length))
  );
}
