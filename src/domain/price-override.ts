import type { UnitRates } from "./billed-units.ts";
import { matchesGlob } from "./glob.ts";
import { priceFault, type Price, type Rates } from "./pricing.ts";
import { scaledPrice } from "./scaled-price.ts";

// What an operator says that models cost, in place of the list. Pure.

/** Amounts as in `Price`. With a multiplier there are no amounts. */
export interface PriceOverride {
  provider: string;
  /** The provider's name of the model, or a glob on it. */
  model: string;
  updatedAtMs: number;
  /** Times the list price, in thousand-millionths. */
  multiplierNano?: number;
  rates?: Rates;
  units?: UnitRates;
  per_request?: number;
  tool_calls?: Record<string, number>;
}

export const MULTIPLIER_SCALE = 1_000_000_000;

const INPUT = ["input", "cache_read", "cache_write", "cache_write_1h", "audio_input", "image_input"] as const;
const OUTPUT = ["output", "reasoning", "audio_output", "image_output"] as const;

/** The override that a model is under: its own name's, else the longest glob that matches it. */
export function overrideFor(
  overrides: readonly PriceOverride[],
  { provider, model }: { provider: string; model: string },
): PriceOverride | null {
  const fitting = overrides.filter(
    (override) => override.provider === provider && matchesGlob(override.model, model),
  );
  const exact = fitting.find((override) => override.model === model);
  const longest = (one: PriceOverride, other: PriceOverride) => other.model.length - one.model.length;
  return exact ?? fitting.sort(longest)[0] ?? null;
}

/**
 * The list price with the override on it. A rate for input (or output) takes the place of all of the list's rates on that
 * side, narrower ones too; any other amount takes its own place. Null where a multiplier has nothing to multiply.
 */
export function overriddenPrice(override: PriceOverride, list: Price | null): Price | null {
  const version = `override ${override.provider}/${override.model} ${new Date(override.updatedAtMs).toISOString()}`;
  const price =
    override.multiplierNano === undefined ? withAmounts(override, list) : multiplied(override, list);
  return price && priceFault(price) === null ? { ...price, version } : null;
}

function multiplied({ multiplierNano = MULTIPLIER_SCALE }: PriceOverride, list: Price | null): Price | null {
  return (
    list && scaledPrice(list, [multiplierNano, MULTIPLIER_SCALE], { version: list.version, perCall: true })
  );
}

function withAmounts(override: PriceOverride, list: Price | null): Price {
  const { rates = {} } = override;
  const units = { ...list?.units, ...override.units };
  return {
    version: "",
    rates: withRates(list?.rates ?? {}, rates),
    tiers: (list?.tiers ?? []).map(({ above_input_tokens, rates: tier }) => ({
      above_input_tokens,
      rates: withRates(tier, rates),
    })),
    per_request: override.per_request ?? list?.per_request ?? 0,
    tool_calls: { ...list?.tool_calls, ...override.tool_calls },
    ...(Object.keys(units).length > 0 && { units }),
  };
}

function withRates(list: Rates, own: Rates): Rates {
  const kept: Rates = { ...list };
  if (own.input !== undefined) for (const name of INPUT) delete kept[name];
  if (own.output !== undefined) for (const name of OUTPUT) delete kept[name];
  return { ...kept, ...own };
}
