import { MAX_NANO_USD } from "./money.ts";
import type { Usage } from "./usage.ts";
import { cacheWritten, consistentUsage, MAX_TOKENS_PER_CALL, tokenCount } from "./usage.ts";

// What usage costs, and the most that a call can cost. Pure. Sums are exact (BigInt); the one rounding is at the end.

/** Integer nano-USD per million tokens. An absent rate means that the wider one applies: text for audio, input for cache. */
export interface Rates {
  input: number;
  output: number;
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
  /** Nano-USD for each use of a provider's tool; a tool that isn't named is free beyond its tokens. */
  tool_calls: Record<string, number>;
}

/** The most that a call can use. What is left out is taken at its dearest. */
export interface CallBound {
  inputTokens: number;
  /** Of one answer. */
  outputTokens: number;
  /** How many answers. */
  choices: number;
  /** The dearest cache write that the call can cause. Default: an hour's. */
  cacheWrites?: "none" | "5m" | "1h";
  /** Those of the input tokens that may be audio. Default: all. */
  audioInputTokens?: number;
  /** Whether the answer may be spoken. Default: it may. */
  audioOutput?: boolean;
  /** Billed uses of the provider's tools, at most. */
  toolCalls?: Record<string, number>;
}

export type Cost =
  | { costNanoUsd: number }
  | { refused: "price" | "usage_missing" | "usage_absurd" | "cost_absurd"; field: string };

/** A million USD per million tokens: a thousand times the dearest model. Above it a price is a fault (law 13). */
export const MAX_RATE_NANO_USD = 1_000_000_000_000_000;

const TOKENS_PER_RATE = 1_000_000n;

/** Null where all amounts are non-negative integers within bounds and tiers ascend, else the field at fault. */
export function priceFault(price: Price): string | null {
  if (!isRate(price.per_request)) return "per_request";
  for (const [name, amount] of Object.entries(price.tool_calls)) {
    if (!isRate(amount)) return `tool_calls.${name}`;
  }
  let above = -1;
  for (const { above_input_tokens, rates } of [
    { above_input_tokens: 0, rates: price.rates },
    ...price.tiers,
  ]) {
    if (!Number.isSafeInteger(above_input_tokens) || above_input_tokens < Math.max(0, above)) return "tiers";
    above = above_input_tokens;
    for (const [name, rate] of Object.entries(rates)) if (!isRate(rate)) return name;
    if (!isRate(rates.input)) return "input";
    if (!isRate(rates.output)) return "output";
  }
  return null;
}

/** What a call cost, rounded to the nearest nano-USD (half up). Never negative; a fault of price or usage is refused. */
export function costOf(stated: Usage, price: Price): Cost {
  const priced = priceFault(price);
  if (priced !== null) return { refused: "price", field: priced };
  const fault = usageFault(stated);
  if (fault !== null) return fault;
  const usage = consistentUsage(stated);

  const { input_total: input = 0, output_total: output = 0, input_cached: cached = 0 } = usage;
  const written = cacheWritten(usage);
  const writtenHour = hourWrites(usage, written);
  // Providers don't say whether cached tokens were audio: where the parts overlap, the cache's rate wins.
  const audioIn = Math.min(usage.audio_in ?? 0, input - cached - written);
  const imageIn = Math.min(usage.image_in ?? 0, input - cached - written - audioIn);
  const audioOut = usage.audio_out ?? 0;
  const imageOut = Math.min(usage.image_out ?? 0, output - audioOut);
  const reasoning = Math.min(usage.reasoning ?? 0, output - audioOut - imageOut);

  const rates = ratesAt(price, input);
  const sum =
    times(input - cached - written - audioIn - imageIn, rates.input) +
    times(cached, rates.cache_read ?? rates.input) +
    times(written - writtenHour, rates.cache_write ?? rates.input) +
    times(writtenHour, hourRate(rates)) +
    times(audioIn, rates.audio_input ?? rates.input) +
    times(imageIn, rates.image_input ?? rates.input) +
    times(output - audioOut - imageOut - reasoning, rates.output) +
    times(audioOut, rates.audio_output ?? rates.output) +
    times(imageOut, rates.image_output ?? rates.output) +
    times(reasoning, rates.reasoning ?? rates.output);
  const nano = (sum + TOKENS_PER_RATE / 2n) / TOKENS_PER_RATE + perCall(price, usage.tool_calls);
  if (nano > BigInt(MAX_NANO_USD)) return { refused: "cost_absurd", field: "total" };
  return { costNanoUsd: Number(nano) };
}

/** The most that the call can cost, in nano-USD, rounded up. Null where the price or the bound is absurd. */
export function boundOf(call: CallBound, price: Price): number | null {
  const dearest = dearestOf(call, price);
  if (!dearest || !isCount(call.outputTokens)) return null;
  const sum = dearest.fixed + BigInt(call.outputTokens) * dearest.perOutputToken;
  const nano = (sum + TOKENS_PER_RATE - 1n) / TOKENS_PER_RATE;
  return nano > BigInt(MAX_NANO_USD) ? null : Number(nano);
}

/**
 * The most output tokens of one answer whose bound stays within the amount: rounded down.
 * Null where not even an empty answer fits, or the price or the bound is absurd.
 */
export function outputTokensFor(
  amountNanoUsd: number,
  call: Omit<CallBound, "outputTokens">,
  price: Price,
): number | null {
  const dearest = dearestOf(call, price);
  if (!dearest || !Number.isSafeInteger(amountNanoUsd)) return null;
  const rest = BigInt(amountNanoUsd) * TOKENS_PER_RATE - dearest.fixed;
  if (rest < 0n) return null;
  if (dearest.perOutputToken === 0n) return MAX_TOKENS_PER_CALL;
  const tokens = rest / dearest.perOutputToken;
  return tokens > BigInt(MAX_TOKENS_PER_CALL) ? MAX_TOKENS_PER_CALL : Number(tokens);
}

/** The call's cost in nano-USD per million tokens: without output, and for each output token of one answer. */
function dearestOf(
  call: Omit<CallBound, "outputTokens">,
  price: Price,
): { fixed: bigint; perOutputToken: bigint } | null {
  const {
    inputTokens,
    choices,
    cacheWrites = "1h",
    audioInputTokens = inputTokens,
    audioOutput = true,
  } = call;
  if (priceFault(price) !== null) return null;
  if (!isCount(inputTokens) || !isCount(audioInputTokens) || !isCount(choices) || choices < 1) return null;
  if (!Object.values(call.toolCalls ?? {}).every(isCount)) return null;

  // A bound of the input is above the input itself, so each tier up to it may be the one that applies.
  const reachable = price.tiers.filter((tier) => inputTokens > tier.above_input_tokens);
  let text = 0;
  let audio = 0;
  let output = 0;
  for (const { rates } of [price, ...reachable]) {
    text = Math.max(text, inputRate(rates, cacheWrites));
    audio = Math.max(audio, rates.audio_input ?? 0);
    output = Math.max(output, outputRate(rates, audioOutput));
  }
  const spoken = Math.min(audioInputTokens, inputTokens);
  const fixed =
    times(inputTokens - spoken, text) +
    times(spoken, Math.max(text, audio)) +
    perCall(price, call.toolCalls) * TOKENS_PER_RATE;
  return { fixed, perOutputToken: times(choices, output) };
}

function inputRate(rates: Rates, cacheWrites: "none" | "5m" | "1h"): number {
  const read = Math.max(rates.input, rates.cache_read ?? 0, rates.image_input ?? 0);
  if (cacheWrites === "none") return read;
  const written = Math.max(read, rates.cache_write ?? 0);
  return cacheWrites === "5m" ? written : Math.max(written, rates.cache_write_1h ?? 0);
}

function outputRate(rates: Rates, audioOutput: boolean): number {
  const written = Math.max(rates.output, rates.reasoning ?? 0, rates.image_output ?? 0);
  return audioOutput ? Math.max(written, rates.audio_output ?? 0) : written;
}

/** A tier's rates hold for the whole call: long prompts aren't sliced like an income tax (R53). */
function ratesAt(price: Price, inputTokens: number): Rates {
  let rates = price.rates;
  for (const tier of price.tiers) if (inputTokens > tier.above_input_tokens) rates = tier.rates;
  return rates;
}

function hourRate(rates: Rates): number {
  return rates.cache_write_1h ?? rates.cache_write ?? rates.input;
}

/** The hour-long ones among the writes. What the split leaves out is taken as the kind that it names, else five minutes. */
function hourWrites(usage: Usage, written: number): number {
  const { cache_write_5m: short = 0, cache_write_1h: long = 0 } = usage;
  return short === 0 && long > 0 ? written : Math.min(long, written);
}

function perCall(price: Price, toolCalls: Record<string, number> = {}): bigint {
  let nano = BigInt(price.per_request);
  for (const [name, count] of Object.entries(toolCalls)) {
    if (Object.hasOwn(price.tool_calls, name)) nano += times(count, price.tool_calls[name] ?? 0);
  }
  return nano;
}

function usageFault(usage: Usage): Cost | null {
  if (usage.input_total === undefined) return { refused: "usage_missing", field: "input_total" };
  if (usage.output_total === undefined) return { refused: "usage_missing", field: "output_total" };
  for (const [field, value] of Object.entries(usage)) {
    const counts = typeof value === "object" ? Object.values(value) : field === "seconds" ? [] : [value];
    if (!counts.every(isCount)) return { refused: "usage_absurd", field };
  }
  return null;
}

function times(count: number, rate: number): bigint {
  return BigInt(count) * BigInt(rate);
}

function isRate(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_RATE_NANO_USD;
}

function isCount(value: unknown): boolean {
  return tokenCount(value) !== undefined;
}
