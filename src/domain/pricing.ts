import { BILLED_UNITS, isUnitCount, MAX_UNIT_RATE_NANO_USD, unitsCharge, usedUnits } from "./billed-units.ts";
import type { BilledUnit, UnitRates } from "./billed-units.ts";
import { MAX_NANO_USD } from "./money.ts";
import type { Usage } from "./usage.ts";
import { cacheWritten, chargedInput, chargedOutput, consistentUsage, tokenCount } from "./usage.ts";

// What usage costs. Pure. Sums are exact (BigInt); the one rounding is at the end.

/**
 * Integer nano-USD per million tokens. An absent rate means that the wider one applies: text for audio, input for cache.
 * Where the widest is absent, such tokens have no price: a transcription's may have none at all, an embedding's no output.
 */
export interface Rates {
  input?: number;
  output?: number;
  cache_read?: number;
  /** Five-minute cache writes, and all writes where the provider has one kind. */
  cache_write?: number;
  cache_write_1h?: number;
  reasoning?: number;
  audio_input?: number;
  audio_output?: number;
  image_input?: number;
  image_output?: number;
}

/** Rates of a whole call whose input is above a size. Not a bracket: all of its tokens cost these rates. */
export interface Tier {
  above_input_tokens: number;
  rates: Rates;
}

export interface Price {
  /** Stamped on the ledger entry. */
  version: string;
  rates: Rates;
  /** Ascending by size. */
  tiers: Tier[];
  /** Nano-USD for each call. */
  per_request: number;
  /** Nano-USD for each use of a provider's tool. Of what an answer counts, a tool that isn't named is free beyond its tokens. */
  tool_calls: Record<string, number>;
  /** What is charged beside tokens, or in place of them. */
  units?: UnitRates;
}

export type Cost =
  | { costNanoUsd: number }
  | { refused: "price" | "unpriced" | "usage_missing" | "usage_absurd" | "cost_absurd"; field: string };

/** A million USD per million tokens: a thousand times the dearest model. Above it a price is a fault (law 13). */
export const MAX_RATE_NANO_USD = 1_000_000_000_000_000;

/** Rates are per million; seconds count in thousandths. */
export const CHARGE_SCALE = 1_000_000_000n;
export const TOKEN_SCALE = 1_000n;

/** Prices that were looked through: one is asked for several times a call, and never changes. */
const soundPrices = new WeakSet<Price>();

/** Null where all amounts are non-negative integers within bounds and tiers ascend, else the field at fault. */
export function priceFault(price: Price): string | null {
  if (soundPrices.has(price)) return null;
  const fault = faultOf(price);
  if (fault === null) soundPrices.add(price);
  return fault;
}

function faultOf(price: Price): string | null {
  if (!isRate(price.per_request)) return "per_request";
  for (const [name, amount] of Object.entries(price.tool_calls)) {
    if (!isRate(amount)) return `tool_calls.${name}`;
  }
  for (const [unit, rate] of Object.entries(price.units ?? {})) {
    if (!BILLED_UNITS.some((known) => known === unit)) return `units.${unit}`;
    if (!isRate(rate, MAX_UNIT_RATE_NANO_USD)) return `units.${unit}`;
  }
  let above = -1;
  for (const { above_input_tokens, rates } of [
    { above_input_tokens: 0, rates: price.rates },
    ...price.tiers,
  ]) {
    if (!Number.isSafeInteger(above_input_tokens) || above_input_tokens < Math.max(0, above)) return "tiers";
    above = above_input_tokens;
    for (const [name, rate] of Object.entries(rates)) if (!isRate(rate)) return name;
  }
  return null;
}

/** Whether nothing that a call does at this price can cost anything. */
export function isFree(price: Price): boolean {
  const all = [price, ...price.tiers].flatMap(({ rates }) => Object.values(rates));
  const others = [...Object.values(price.tool_calls), ...Object.values(price.units ?? {})];
  return [price.per_request, ...all, ...others].every((amount) => amount === 0);
}

/** The dearer of two prices of one model, which differ by a factor. */
export function dearerPrice(one: Price, other: Price): Price {
  return one !== other && totalOf(other) > totalOf(one) ? other : one;
}

/** What a call cost, rounded to the nearest nano-USD (half up). Never negative; a fault of price or usage is refused. */
export function costOf(stated: Usage, price: Price): Cost {
  const priced = priceFault(price);
  if (priced !== null) return { refused: "price", field: priced };
  const fault = usageFault(stated);
  if (fault !== null) return fault;
  const usage = consistentUsage(stated);
  const tokens = tokensCharge(usage, price);
  const field = tokens.unpriced ?? unpricedKind({ tokens: tokens.used, units: usedUnits(usage) }, price);
  if (field !== null) return { refused: "unpriced", field };

  const sum = tokens.charge * TOKEN_SCALE + unitsCharge(usage, price.units ?? {}, "nearest");
  const nano = (sum + CHARGE_SCALE / 2n) / CHARGE_SCALE + perCall(price, usage.tool_calls);
  if (nano > BigInt(MAX_NANO_USD)) return { refused: "cost_absurd", field: "total" };
  return { costNanoUsd: Number(nano) };
}

/**
 * What a call used and no price covers, or null. One kind that is priced covers the others: a picture that is charged by
 * its tokens is also counted, and speech that is charged by its letters has a length. So does a price of nothing but the
 * call. `tokens`: whether there were any.
 */
export function unpricedKind(used: { tokens: boolean; units: BilledUnit[] }, price: Price): string | null {
  const unpriced = used.units.filter((unit) => price.units?.[unit] === undefined);
  const byTokens = used.tokens && hasTokenRates(price);
  const byCall =
    price.per_request > 0 && !hasTokenRates(price) && Object.keys(price.units ?? {}).length === 0;
  if (byTokens || byCall || unpriced.length < used.units.length) return null;
  return unpriced[0] ?? (used.tokens ? "tokens" : null);
}

/** Whether tokens are charged at all. */
export function hasTokenRates(price: Price): boolean {
  return [price, ...price.tiers].some(({ rates }) => Object.keys(rates).length > 0);
}

/** Nano-USD for the call itself and for its uses of the provider's tools. */
export function perCall(price: Price, toolCalls: Record<string, number> = {}): bigint {
  let nano = BigInt(price.per_request);
  for (const [name, count] of Object.entries(toolCalls)) {
    if (Object.hasOwn(price.tool_calls, name)) nano += times(count, price.tool_calls[name] ?? 0);
  }
  return nano;
}

/** In nano-USD times a million. `unpriced`: tokens of a side that has no rate, where others have one. */
function tokensCharge(
  usage: Usage,
  price: Price,
): { charge: bigint; used: boolean; unpriced: string | null } {
  const input = chargedInput(usage) ?? 0;
  const output = chargedOutput(usage) ?? 0;
  const used = input + output > 0;
  if (!hasTokenRates(price)) return { charge: 0n, used, unpriced: null };
  const { input_cached: cached = 0 } = usage;
  const written = cacheWritten(usage);
  const writtenHour = hourWrites(usage, written);
  // Providers don't say whether cached tokens were audio: where the parts overlap, the cache's rate wins.
  const audioIn = Math.min(usage.audio_in ?? 0, input - cached - written);
  const imageIn = Math.min(usage.image_in ?? 0, input - cached - written - audioIn);
  const audioOut = usage.audio_out ?? 0;
  const imageOut = Math.min(usage.image_out ?? 0, output - audioOut);
  const reasoning = Math.min(usage.reasoning ?? 0, output - audioOut - imageOut);

  const rates = ratesAt(price, input);
  const parts: [side: "input" | "output", count: number, rate: number | undefined][] = [
    ["input", input - cached - written - audioIn - imageIn, rates.input],
    ["input", cached, rates.cache_read ?? rates.input],
    ["input", written - writtenHour, rates.cache_write ?? rates.input],
    ["input", writtenHour, rates.cache_write_1h ?? rates.cache_write ?? rates.input],
    ["input", audioIn, rates.audio_input ?? rates.input],
    ["input", imageIn, rates.image_input ?? rates.input],
    ["output", output - audioOut - imageOut - reasoning, rates.output],
    ["output", audioOut, rates.audio_output ?? rates.output],
    ["output", imageOut, rates.image_output ?? rates.output],
    ["output", reasoning, rates.reasoning ?? rates.output],
  ];
  let charge = 0n;
  for (const [side, count, rate] of parts) {
    if (count === 0) continue;
    if (rate !== undefined) charge += times(count, rate);
    else if (count > 0) return { charge, used, unpriced: side };
  }
  return { charge, used, unpriced: null };
}

function totalOf({ rates, units = {}, per_request }: Price): bigint {
  const all = [...Object.values(rates), ...Object.values(units), per_request];
  return all.reduce((sum: bigint, amount: number) => sum + BigInt(amount), 0n);
}

/** A tier's rates hold for the whole call: long prompts aren't sliced like an income tax (R53). */
function ratesAt(price: Price, inputTokens: number): Rates {
  let rates = price.rates;
  for (const tier of price.tiers) if (inputTokens > tier.above_input_tokens) rates = tier.rates;
  return rates;
}

/** The hour-long ones among the writes. What the split leaves out is taken as the kind that it names, else five minutes. */
function hourWrites(usage: Usage, written: number): number {
  const { cache_write_5m: short = 0, cache_write_1h: long = 0 } = usage;
  return short === 0 && long > 0 ? written : Math.min(long, written);
}

/** Where a unit was stated, tokens may be absent; else both sides must be stated: what is absent isn't zero (R49). */
function usageFault(usage: Usage): Cost | null {
  if (BILLED_UNITS.every((unit) => usage[unit] === undefined)) {
    if (chargedInput(usage) === undefined) return { refused: "usage_missing", field: "input_total" };
    if (chargedOutput(usage) === undefined) return { refused: "usage_missing", field: "output_total" };
  }
  for (const [field, value] of Object.entries(usage)) {
    const counts = typeof value === "object" ? Object.values(value) : [value];
    const believed = field === "seconds" ? isUnitCount(field, value) : counts.every(isCount);
    if (!believed) return { refused: "usage_absurd", field };
  }
  return null;
}

function times(count: number, rate: number): bigint {
  return BigInt(count) * BigInt(rate);
}

function isRate(value: unknown, max = MAX_RATE_NANO_USD): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}

function isCount(value: unknown): boolean {
  return tokenCount(value) !== undefined;
}
