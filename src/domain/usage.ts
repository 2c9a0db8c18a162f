// What a call used, in the words of the request resource. Pure.
// A key that is absent was not stated by the provider; an explicit zero is a zero.

/** Counts of tokens unless the name says otherwise. Each is a non-negative safe integer (`seconds`: a number). */
export interface Usage {
  /** All input: cached reads, cache writes, tool prompts, audio and images are inside. */
  input_total?: number;
  /** What is charged in place of `input_total`, where a provider bills other counts than it reads (Cohere). */
  billed_input?: number;
  input_cached?: number;
  /** All cache writes; the two below are its parts where the provider tells them apart. */
  cache_write?: number;
  cache_write_5m?: number;
  cache_write_1h?: number;
  /** All output: reasoning is inside. */
  output_total?: number;
  /** What is charged in place of `output_total`. */
  billed_output?: number;
  reasoning?: number;
  audio_in?: number;
  audio_out?: number;
  image_in?: number;
  image_out?: number;
  images?: number;
  seconds?: number;
  characters?: number;
  search_units?: number;
  pages?: number;
  /** Pages that were also annotated, charged on top. */
  annotated_pages?: number;
  tool_calls?: Record<string, number>;
}

/** No provider's single call comes near this; a larger count is a fault of the report and is never booked. */
export const MAX_TOKENS_PER_CALL = 100_000_000;

/** A count as providers report it: a non-negative integer of at most MAX_TOKENS_PER_CALL, else undefined (law 13). */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS_PER_CALL
    ? value + 0 // -0 becomes 0.
    : undefined;
}

/**
 * Drops the parts that can't be inside their whole, as some providers report them: such a part would be charged at its
 * own, mostly cheaper, rate in place of the whole's (law 13). The whole stays as stated.
 */
export function consistentUsage(usage: Usage): Usage {
  const kept = { ...usage };
  const input = chargedInput(usage) ?? 0;
  const output = chargedOutput(usage) ?? 0;
  if ((kept.input_cached ?? 0) + cacheWritten(kept) > input) {
    delete kept.input_cached;
    delete kept.cache_write;
    delete kept.cache_write_5m;
    delete kept.cache_write_1h;
  }
  if ((kept.audio_in ?? 0) > input) delete kept.audio_in;
  if ((kept.image_in ?? 0) > input) delete kept.image_in;
  if ((kept.reasoning ?? 0) > output) delete kept.reasoning;
  if ((kept.audio_out ?? 0) > output) delete kept.audio_out;
  if ((kept.image_out ?? 0) > output) delete kept.image_out;
  return kept;
}

/** The input tokens that are charged; undefined where none were stated. */
export function chargedInput(usage: Usage): number | undefined {
  return usage.billed_input ?? usage.input_total;
}

/** The output tokens that are charged; undefined where none were stated. */
export function chargedOutput(usage: Usage): number | undefined {
  return usage.billed_output ?? usage.output_total;
}

/** All tokens written to a cache: the stated sum, or that of its parts where only they were stated. */
export function cacheWritten(usage: Usage): number {
  return usage.cache_write ?? (usage.cache_write_5m ?? 0) + (usage.cache_write_1h ?? 0);
}
