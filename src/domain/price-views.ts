import type { PriceOverride } from "./price-override.ts";
import type { Price, Rates } from "./pricing.ts";
import { formatUsd } from "./money.ts";

// Prices as the API shows them: USD per million tokens, and for each call, unit and use of a tool. Pure.

/** Rates are nano-USD per million: an amount for each one has this many places. */
const EACH_PLACES = 15;
const MULTIPLIER_PLACES = 9;

export function priceView(price: Price) {
  return {
    ...ratesView(price.rates),
    ...(price.tiers.length > 0 && {
      tiers: price.tiers.map(({ above_input_tokens, rates }) =>
        Object.assign({ above_input_tokens }, ratesView(rates)),
      ),
    }),
    ...(price.per_request > 0 && { per_request: formatUsd(price.per_request) }),
    ...(price.units && { units: mapped(price.units, each) }),
    ...(Object.keys(price.tool_calls).length > 0 && { tool_calls: mapped(price.tool_calls, formatUsd) }),
    version: price.version,
  };
}

/** What was PUT. */
export function overrideView({ multiplierNano, rates, units, per_request, tool_calls }: PriceOverride) {
  return {
    ...(multiplierNano !== undefined && { multiplier: decimal(multiplierNano, MULTIPLIER_PLACES, 0) }),
    ...ratesView(rates ?? {}),
    ...(per_request !== undefined && { per_request: formatUsd(per_request) }),
    ...(units && { units: mapped(units, each) }),
    ...(tool_calls && { tool_calls: mapped(tool_calls, formatUsd) }),
  };
}

function ratesView(rates: Rates): Record<string, string> {
  return mapped({ ...rates }, formatUsd);
}

function each(rate: number): string {
  return decimal(rate, EACH_PLACES, 2);
}

function decimal(amount: number, places: number, least: number): string {
  const digits = String(amount).padStart(places + 1, "0");
  const rest = digits.slice(-places).replace(/0+$/, "").padEnd(least, "0");
  return rest === "" ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${rest}`;
}

function mapped(amounts: Record<string, number>, format: (amount: number) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, format(amount)]));
}
