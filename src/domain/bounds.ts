import { BILLED_UNITS, isUnitCount, unitsCharge, usedUnits, type UnitCounts } from "./billed-units.ts";
import { MAX_NANO_USD } from "./money.ts";
import { CHARGE_SCALE, hasTokenRates, perCall, priceFault, TOKEN_SCALE, unpricedKind } from "./pricing.ts";
import type { Price, Rates } from "./pricing.ts";
import { MAX_TOKENS_PER_CALL, tokenCount } from "./usage.ts";

// The most that a call can cost. Pure. Sums are exact (BigInt), and rounded up once, at the end.

/** The most that a call can use. What is left out is taken at its dearest; `units` that are left out aren't used. */
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
  /** Pictures, seconds, characters, searches of the whole call, at most. */
  units?: UnitCounts;
}

/** The most that the call can cost, in nano-USD, rounded up. Null where the price or the bound is absurd, or a part has no price. */
export function boundOf(call: CallBound, price: Price): number | null {
  const dearest = dearestOf(call, price);
  if (!dearest || !isCount(call.outputTokens) || unpricedPart(call, price) !== null) return null;
  const sum = dearest.fixed + BigInt(call.outputTokens) * dearest.perOutputToken;
  const nano = (sum + CHARGE_SCALE - 1n) / CHARGE_SCALE;
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
  const rest = BigInt(amountNanoUsd) * CHARGE_SCALE - dearest.fixed;
  if (rest < 0n) return null;
  if (dearest.perOutputToken === 0n) return MAX_TOKENS_PER_CALL;
  const tokens = rest / dearest.perOutputToken;
  return tokens > BigInt(MAX_TOKENS_PER_CALL) ? MAX_TOKENS_PER_CALL : Number(tokens);
}

/** What of the call has no price (R22), or null: a tool that the provider bills, a unit, or "input", "output" or "tokens". */
export function unpricedPart(call: CallBound, price: Price): string | null {
  for (const [tool, uses] of Object.entries(call.toolCalls ?? {})) {
    if (uses > 0 && !Object.hasOwn(price.tool_calls, tool)) return tool;
  }
  const used = {
    tokens: call.inputTokens + call.outputTokens > 0,
    units: usedUnits(call.units ?? {}),
  };
  if (!hasTokenRates(price)) return unpricedKind(used, price);
  const all = [price, ...price.tiers];
  if (call.inputTokens > 0 && all.some(({ rates }) => !hasAny(rates, INPUT_RATES))) return "input";
  if (call.outputTokens > 0 && all.some(({ rates }) => !hasAny(rates, OUTPUT_RATES))) return "output";
  return unpricedKind(used, price);
}

const INPUT_RATES = ["input", "audio_input", "image_input"] as const;
const OUTPUT_RATES = ["output", "audio_output", "image_output"] as const;

function hasAny(rates: Rates, names: readonly (keyof Rates)[]): boolean {
  return names.some((name) => rates[name] !== undefined);
}

/** The call's cost in nano-USD times the scale: without output, and for each output token of one answer. */
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
    units = {},
  } = call;
  if (priceFault(price) !== null) return null;
  if (!isCount(inputTokens) || !isCount(audioInputTokens) || !isCount(choices) || choices < 1) return null;
  if (!Object.values(call.toolCalls ?? {}).every(isCount)) return null;
  if (!BILLED_UNITS.every((unit) => units[unit] === undefined || isUnitCount(unit, units[unit]))) return null;

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
    unitsCharge(units, price.units ?? {}, "up") +
    perCall(price, call.toolCalls) * CHARGE_SCALE;
  return { fixed, perOutputToken: times(choices, output) };
}

function inputRate(rates: Rates, cacheWrites: "none" | "5m" | "1h"): number {
  const read = Math.max(rates.input ?? 0, rates.cache_read ?? 0, rates.image_input ?? 0);
  if (cacheWrites === "none") return read;
  const written = Math.max(read, rates.cache_write ?? 0);
  return cacheWrites === "5m" ? written : Math.max(written, rates.cache_write_1h ?? 0);
}

function outputRate(rates: Rates, audioOutput: boolean): number {
  const written = Math.max(rates.output ?? 0, rates.reasoning ?? 0, rates.image_output ?? 0);
  return audioOutput ? Math.max(written, rates.audio_output ?? 0) : written;
}

function times(count: number, rate: number): bigint {
  return BigInt(count) * BigInt(rate) * TOKEN_SCALE;
}

function isCount(value: unknown): boolean {
  return tokenCount(value) !== undefined;
}
