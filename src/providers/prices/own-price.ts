import type { UnitRates } from "../../domain/billed-units.ts";
import type { Rates } from "../../domain/pricing.ts";

/** A price of ours for models that the library lacks. Amounts as in `Price`. */
export interface OwnPrice {
  provider: string;
  model: RegExp;
  rates?: Rates;
  units?: UnitRates;
  /** By quality and size, or whatever the price depends on; the words of a variant come in any order. */
  variants?: Record<string, { units?: UnitRates; per_request?: number }>;
}

/** USD for each one, as a rate: nano-USD per million. */
export const usdEach = (usd: number) => Math.round(usd * 1e15);
/** USD per million, as a rate. */
export const usdPerMillion = (usd: number) => Math.round(usd * 1e9);
