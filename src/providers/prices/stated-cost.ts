import { isAmount, NANO_PER_USD } from "../../domain/money.ts";

/** What a provider's number counts: US dollars, or xAI's ticks of 1e-10 USD. */
export type StatedUnit = "usd" | "ticks";

/** One tick is a tenth of a nano-USD. https://docs.x.ai/docs/key-information/consumption-and-rate-limits, 2026-11. */
const TICKS_PER_NANO = 10n;

const DECIMAL = /^(\d{1,32})(?:\.(\d{1,32}))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Places of the longest decimal that is read: what lies behind them is no money. */
const PLACES = 40;

/**
 * The cost that a provider states, in integer nano-USD, rounded to the nearest (half up): OpenRouter's `usage.cost`,
 * Perplexity's `cost.total_cost`, xAI's `cost_in_usd_ticks`. A JSON number is read by its shortest decimal, exactly.
 * Undefined where it is no number, negative, not finite or absurd: such a word is as good as none (law 13, R32).
 */
export function statedCostNano(value: unknown, unit: StatedUnit): number | undefined {
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const scaled = scaledDecimal(String(value));
  if (scaled === null) return undefined;
  const perNano =
    unit === "usd" ? 10n ** BigInt(PLACES) / BigInt(NANO_PER_USD) : 10n ** BigInt(PLACES) * TICKS_PER_NANO;
  const nano = (scaled + perNano / 2n) / perNano;
  const amount = Number(nano);
  return isAmount(amount) ? amount : undefined;
}

/** The decimal times ten to the PLACES; null for anything but a decimal of at least 0. */
function scaledDecimal(text: string): bigint | null {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const [, whole = "", places = "", exponent = "0"] = match;
  const shift = PLACES - places.length + Number(exponent);
  const digits = BigInt(whole + places);
  if (shift > 2 * PLACES) return digits === 0n ? 0n : null;
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}
