import type { ModelPrice } from "@pydantic/genai-prices";
import type { Price, Rates } from "../../domain/pricing.ts";
import { listedModel, priceAt, type ListedModel } from "./listed-model.ts";
import { supplementFor } from "./price-supplements.ts";

// Prices by https://github.com/pydantic/genai-prices, as integers, with what it lacks of a model that it has.

/** Stamped on prices; a test holds it to the installed version. */
export const PRICES_VERSION = "genai-prices@0.1.8";

/** Our providers' names in the library. Any other provider has no list price: a name that merely looks alike must not. */
export const LIBRARY_IDS: Record<string, string> = {
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
  moonshot: "moonshotai",
  voyage: "voyageai",
  azure: "azure",
  bedrock: "aws",
};

/** Null where the library doesn't have the model, or lists a charge of it that isn't known here. */
export function libraryPrice(asked: {
  provider: string;
  model: string;
  atMs: number;
}): { price: Price; changesWithinDay: boolean } | null {
  const providerId = Object.hasOwn(LIBRARY_IDS, asked.provider) ? LIBRARY_IDS[asked.provider] : undefined;
  const found = providerId === undefined ? null : listedModel(providerId, asked.model);
  const listed = found && priceAt(found, asked.atMs);
  if (!found || !listed || !isWhole(listed)) return null;
  const version = `${PRICES_VERSION} ${providerId}/${found.id}`;
  return { price: toPrice(listed, version, asked), changesWithinDay: changesWithinDay(found) };
}

function toPrice(listed: ModelPrice, version: string, asked: { provider: string; model: string }): Price {
  const supplement = supplementFor(asked);
  const seconds = secondsRate(listed) ?? supplement.units?.seconds;
  const tools: Record<string, number | undefined> = {
    web_search: perThousand(listed, "web_searches_kcount"),
    file_search: perThousand(listed, "storage_searches_kcount"),
  };
  return {
    version,
    rates: { ...ratesOf(listed, 0), ...supplement.rates },
    tiers: tierStarts(listed).map((above_input_tokens) => ({
      above_input_tokens,
      rates: { ...ratesOf(listed, above_input_tokens + 1), ...supplement.rates },
    })),
    per_request: (perThousand(listed, "requests_kcount") ?? 0) + (supplement.per_request ?? 0),
    tool_calls: known(tools),
    ...(seconds !== undefined && { units: { seconds } }),
  };
}

/** What the library lists and a price of ours says, or may leave out because a wider rate is no cheaper. */
const READ_KEYS =
  /^(?:(?:input|output|cache_read|cache_write|cache_write_1h|output_reasoning|(?:input|output)_(?:audio|image)|cache_(?:audio|image)_read|output_citation)_mtok|(?:requests|web_searches|storage_searches)_kcount|(?:input_)?audio_hours)$/;

/**
 * Whether all that the library lists is read, and something is: a charge that we don't know (pages, film) makes the price
 * unknown, and so is an empty price, which the library has for free models and for some that it knows nothing of (R22).
 */
function isWhole(listed: ModelPrice): boolean {
  const keys = Object.keys(listed);
  return keys.length > 0 && keys.every((key) => READ_KEYS.test(key));
}

/** The rates of a call with so many input tokens. */
function ratesOf(listed: ModelPrice, inputTokens: number): Rates {
  const at = (key: string) => nanoAt(listed, key, inputTokens);
  const input = at("input_mtok");
  const cacheWrite = at("cache_write_mtok");
  // Anthropic: an hour's write costs twice the input, and the library lists it; where it doesn't, this holds.
  // https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing, 2026-11.
  const cacheWriteHour =
    at("cache_write_1h_mtok") ??
    (cacheWrite === undefined ? undefined : Math.max(cacheWrite, (input ?? 0) * 2));
  const rates: Record<string, number | undefined> = {
    input,
    output: at("output_mtok"),
    cache_read: cacheReadAt(at),
    cache_write: cacheWrite,
    cache_write_1h: cacheWriteHour,
    reasoning: at("output_reasoning_mtok"),
    audio_input: at("input_audio_mtok"),
    audio_output: at("output_audio_mtok"),
    image_input: at("input_image_mtok"),
    image_output: at("output_image_mtok"),
  };
  return known(rates);
}

function known(amounts: Record<string, number | undefined>): Record<string, number> {
  const entries = Object.entries(amounts);
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** Providers don't say what was cached: it is taken as text, as nearly all of it is. */
function cacheReadAt(at: (key: string) => number | undefined): number | undefined {
  return at("cache_read_mtok") ?? at("cache_image_read_mtok") ?? at("cache_audio_read_mtok");
}

/** Sound is listed by the hour. */
function secondsRate(listed: ModelPrice): number | undefined {
  const hour = listed["audio_hours"] ?? listed["input_audio_hours"];
  return typeof hour === "number" ? Math.round((hour * 1e9 * 1_000_000) / 3_600) : undefined;
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

function changesWithinDay({ prices }: ListedModel): boolean {
  return Array.isArray(prices) && prices.some((price) => price.constraint?.type === "time_of_date");
}
