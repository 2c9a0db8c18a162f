import type { ModelPrice, PriceCalculation } from "@pydantic/genai-prices";
import { calcPrice } from "@pydantic/genai-prices";
import type { Price, Rates } from "../../domain/pricing.ts";
import { priceFault } from "../../domain/pricing.ts";
import { supplementFor } from "./price-supplements.ts";

// List prices by https://github.com/pydantic/genai-prices, as integers.

/** Stamped on prices; a test holds it to the installed version. */
export const PRICES_VERSION = "genai-prices@0.1.8";

/** Our providers' names in the library. Any other provider has no list price: a name that merely looks alike must not. */
const LIBRARY_IDS: Record<string, string> = {
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  vertex: "google",
  mistral: "mistral",
  groq: "groq",
  deepseek: "deepseek",
  xai: "x-ai",
  openrouter: "openrouter",
  cohere: "cohere",
  together: "together",
  fireworks: "fireworks",
  cerebras: "cerebras",
  perplexity: "perplexity",
  azure: "azure",
  bedrock: "aws",
};

const MAX_CACHED_PRICES = 2_000;
/** No model's name is longer; a longer one isn't worth a search by patterns. */
const MAX_MODEL_LENGTH = 256;
const DAY_MS = 86_400_000;

const cache = new Map<string, Price | null>();

/** The list price at a time, or null where the model, or its price for input or output, is unknown (law 11). */
export function listPrice({
  provider,
  model,
  atMs,
}: {
  provider: string;
  model: string;
  atMs: number;
}): Price | null {
  const libraryId = Object.hasOwn(LIBRARY_IDS, provider) ? LIBRARY_IDS[provider] : undefined;
  if (libraryId === undefined || model === "" || model.length > MAX_MODEL_LENGTH) return null;
  // Prices change at midnight UTC, but for those of some hours of the day, which aren't kept.
  const key = `${provider}\n${Math.floor(atMs / DAY_MS)}\n${model}`;
  const kept = cache.get(key);
  if (kept !== undefined) return kept;
  // Vertex's OpenAI-compatible endpoint calls its models "google/gemini-…".
  const name = provider === "vertex" ? model.replace(/^google\//, "") : model;
  const found = calculate(libraryId, name, atMs);
  const price = found && toPrice(found, { provider, model: name });
  if (!found || !changesWithinDay(found)) remember(key, price);
  return price;
}

function calculate(providerId: string, model: string, atMs: number): PriceCalculation | null {
  try {
    return calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId, timestamp: new Date(atMs) });
  } catch {
    // The library throws on a price whose wider one is missing: it can't be known whole, so it is unknown.
    return null;
  }
}

function toPrice(found: PriceCalculation, asked: { provider: string; model: string }): Price | null {
  const listed = found.model_price;
  const supplement = supplementFor(asked);
  const rates = ratesOf(listed, 0);
  if (!rates) return null;
  const tiers = [];
  for (const above_input_tokens of tierStarts(listed)) {
    const tierRates = ratesOf(listed, above_input_tokens + 1);
    if (!tierRates) return null;
    tiers.push({ above_input_tokens, rates: { ...tierRates, ...supplement.rates } });
  }
  const price: Price = {
    version: `${PRICES_VERSION} ${found.provider.id}/${found.model.id}`,
    rates: { ...rates, ...supplement.rates },
    tiers,
    per_request: (perThousand(listed, "requests_kcount") ?? 0) + (supplement.per_request ?? 0),
    tool_calls: {
      web_search: perThousand(listed, "web_searches_kcount") ?? 0,
      file_search: perThousand(listed, "storage_searches_kcount") ?? 0,
    },
  };
  return priceFault(price) === null ? price : null;
}

/** The rates of a call with so many input tokens. Null where input or output isn't listed. */
function ratesOf(listed: ModelPrice, inputTokens: number): Rates | null {
  const at = (key: string) => nanoAt(listed, key, inputTokens);
  const input = at("input_mtok");
  const output = at("output_mtok");
  if (input === undefined || output === undefined) return null;
  const cacheWrite = at("cache_write_mtok");
  // Anthropic: an hour's write costs twice the input, and the library lists it; where it doesn't, this holds.
  // https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing, 2026-11.
  const cacheWriteHour =
    at("cache_write_1h_mtok") ?? (cacheWrite === undefined ? undefined : Math.max(cacheWrite, input * 2));
  const rates: Record<string, number | undefined> = {
    cache_read: at("cache_read_mtok"),
    cache_write: cacheWrite,
    cache_write_1h: cacheWriteHour,
    reasoning: at("output_reasoning_mtok"),
    audio_input: at("input_audio_mtok"),
    audio_output: at("output_audio_mtok"),
    image_input: at("input_image_mtok"),
    image_output: at("output_image_mtok"),
  };
  return {
    input,
    output,
    ...Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate !== undefined)),
  };
}

function tierStarts(listed: ModelPrice): number[] {
  const starts = new Set<number>();
  for (const price of Object.values(listed)) {
    if (typeof price === "object") for (const tier of price.tiers) starts.add(tier.start);
  }
  return [...starts].sort((one, other) => one - other);
}

function nanoAt(listed: ModelPrice, key: string, inputTokens: number): number | undefined {
  const price = listed[key];
  if (price === undefined) return undefined;
  if (typeof price === "number") return nano(price);
  let usd = price.base;
  for (const tier of [...price.tiers].sort((one, other) => one.start - other.start)) {
    if (inputTokens > tier.start) usd = tier.price;
  }
  return nano(usd);
}

function perThousand(listed: ModelPrice, key: string): number | undefined {
  const price = listed[key];
  return typeof price === "number" ? Math.round((price * 1e9) / 1_000) : undefined;
}

/** USD as a float to nano-USD. Listed prices have at most nine places, so this is exact but for a few 1/12 ones. */
function nano(usd: number): number {
  return Math.round(usd * 1e9);
}

function changesWithinDay(found: PriceCalculation): boolean {
  const { prices } = found.model;
  return Array.isArray(prices) && prices.some((price) => price.constraint?.type === "time_of_date");
}

function remember(key: string, price: Price | null): void {
  if (cache.size >= MAX_CACHED_PRICES) cache.clear();
  cache.set(key, price);
}
