import type { Price, Rates } from "./pricing.ts";

/** A factor without rounding: 5/3 is what some tiers cost over the list. */
export type Factor = readonly [numerator: number, denominator: number];

/**
 * The price times a factor: tokens and units, of the call and of its tiers. What is charged for a call or a tool's use stays,
 * unless `perCall`. Each rate is rounded to the nearest integer, half up. Pure.
 */
export function scaledPrice(
  price: Price,
  factor: Factor,
  { version, perCall = false }: { version: string; perCall?: boolean },
): Price {
  const scale = (amount: number) => times(amount, factor);
  const rates = (of: Rates): Rates => mapped(of, scale);
  return {
    ...price,
    version,
    rates: rates(price.rates),
    tiers: price.tiers.map((tier) => ({ ...tier, rates: rates(tier.rates) })),
    per_request: perCall ? scale(price.per_request) : price.per_request,
    tool_calls: perCall ? mapped(price.tool_calls, scale) : price.tool_calls,
    ...(price.units && { units: mapped(price.units, scale) }),
  };
}

function times(amount: number, [numerator, denominator]: Factor): number {
  const twice = 2n * BigInt(amount) * BigInt(numerator);
  return Number((twice / BigInt(denominator) + 1n) / 2n);
}

function mapped<T extends object>(amounts: T, scale: (amount: number) => number): T {
  // The keys stay, and every value of these records is a number.
  return Object.fromEntries(
    Object.entries(amounts).map(([key, amount]) => [key, scale(amount as number)]),
  ) as T;
}
