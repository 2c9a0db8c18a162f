import type { PriceOptions } from "../../domain/price-options.ts";
import type { Price } from "../../domain/pricing.ts";
import { priceFault } from "../../domain/pricing.ts";
import { scaledPrice } from "../../domain/scaled-price.ts";
import { isFreeModel } from "./free-models.ts";
import { libraryPrice } from "./library-price.ts";
import { ownPrice, variantPrice } from "./own-prices.ts";
import { tierFactors, tierWords } from "./service-tiers.ts";
import { toolPrices } from "./tool-prices.ts";

// List prices: the library's, and ours for what it lacks.

const MAX_CACHED_PRICES = 2_000;
/** No model's name is longer; a longer one isn't worth a search by patterns. */
const MAX_MODEL_LENGTH = 256;
const MAX_OPTION_LENGTH = 64;
const DAY_MS = 86_400_000;

const FREE_PRICE: Price = {
  version: "free",
  rates: { input: 0, output: 0 },
  tiers: [],
  per_request: 0,
  tool_calls: {},
};

interface Asked {
  provider: string;
  model: string;
  atMs: number;
  options?: PriceOptions;
}

const cache = new Map<string, Price | null>();

/**
 * The list price at a time, or null where the model, or what the options ask of it, has no known price (law 11). With no
 * variant it is the dearest one; with no tier it is the standard service.
 */
export function listPrice({ provider, model, atMs, options = {} }: Asked): Price | null {
  if (isFreeModel({ provider, model })) return FREE_PRICE;
  // An ARN that stayed one says nothing of its model, whatever words somebody put into it.
  if (provider === "bedrock" && model.startsWith("arn:")) return null;
  if (model === "" || model.length > MAX_MODEL_LENGTH) return null;
  const { tier = "", variant } = options;
  if (tier.length > MAX_OPTION_LENGTH || (variant ?? "").length > MAX_OPTION_LENGTH) return null;
  const base = basePrice({ provider, model, atMs });
  const made = base && variantPrice(base, { provider, model, ...(variant !== undefined && { variant }) });
  const factors = tierFactors({ provider, model, tier });
  if (!made || !factors || factors.length === 0) return factors && made;
  const version = `${made.version} ${tierWords(provider, tier).join(" ")}`;
  return factors.reduce((price, factor) => scaledPrice(price, factor, { version }), made);
}

function basePrice({ provider, model, atMs }: Omit<Asked, "options">): Price | null {
  // Prices change at midnight UTC, but for those of some hours of the day, which aren't kept.
  const key = `${provider}\n${Math.floor(atMs / DAY_MS)}\n${model}`;
  const kept = cache.get(key);
  if (kept !== undefined) return kept;
  // Vertex's OpenAI-compatible endpoint calls its models "google/gemini-…".
  const name = provider === "vertex" ? model.replace(/^google\//, "") : model;
  const found = libraryPrice({ provider, model: name, atMs });
  const price = found?.price ?? ownPrice({ provider, model: name });
  const whole = price && {
    ...price,
    tool_calls: { ...toolPrices({ provider, model: name }), ...price.tool_calls },
  };
  const sound = whole && priceFault(whole) === null ? whole : null;
  if (!found?.changesWithinDay) remember(key, sound);
  return sound;
}

function remember(key: string, price: Price | null): void {
  if (cache.size >= MAX_CACHED_PRICES) cache.clear();
  cache.set(key, price);
}
