// The script of one answer: its bytes, in the parts between which it can be interrupted, and its true bill. Pure.

import * as z from "zod";

import { countTokens, cutToTokens, splitWords } from "../../src/local/demo/tokens.ts";
import type { Scenario } from "./scripted-provider-scenario.ts";

const DEFAULT_TEXT = "This is the scripted provider: it answers what the test asked for.";
/** One token by the demo provider's count. */
const TOKEN = "tok ";
/** What `fill` says where the request has no limit, and the most it ever says. */
const DEFAULT_FILL_TOKENS = 1000;
const MAX_FILL_TOKENS = 200_000;
const FILL_CHUNKS = 20;

export interface Bill {
  /** All input: cached, written to the cache, and neither. */
  inputTokens: number;
  outputTokens: number;
}

export interface Script {
  status: number;
  headers: Record<string, string>;
  opening: string[];
  chunks: (string | Uint8Array)[];
  closing: string[];
  /** What takes the place of the rest where the scenario breaks the stream off with an error event. */
  errorEvent: string;
  /** What the provider truly charges for the whole of it. */
  bill: Bill;
  /** A stream that breaks off has generated less; a unary answer was whole before its first byte was sent. */
  stream: boolean;
}

/** The lenient reading of a request: what a provider refuses is for the scenario to say. */
export interface ScriptedRequest {
  id: string;
  model: string;
  messages: unknown[];
  stream: boolean;
  includeUsage: boolean;
  choices: number;
  maxTokens: number | undefined;
}

export function textChunks(scenario: Scenario, maxTokens: number | undefined): string[] {
  const { text, chunks, fill } = scenario;
  if (fill === true) {
    const tokens = Math.min(maxTokens ?? DEFAULT_FILL_TOKENS, MAX_FILL_TOKENS);
    return splitEvenly(TOKEN.repeat(tokens), chunks ?? FILL_CHUNKS);
  }
  if (text !== undefined) return chunks === undefined ? splitWords(text) : splitEvenly(text, chunks);
  if (chunks !== undefined) return splitEvenly(TOKEN.repeat(chunks), chunks);
  return splitWords(cutToTokens(DEFAULT_TEXT, maxTokens ?? Number.MAX_SAFE_INTEGER).text);
}

export function reachedLimit(text: string, maxTokens: number | undefined): boolean {
  return maxTokens !== undefined && countTokens(text) >= maxTokens;
}

/** One part a chunk; some are empty if there are more parts than units. */
export function splitEvenly<T extends string | Uint8Array>(whole: T, parts: number): T[] {
  const at = (part: number): number => Math.round((whole.length * part) / parts);
  return Array.from({ length: parts }, (_, part) => whole.slice(at(part), at(part + 1)) as T);
}

/** The usage as it stands after a part of the output. */
export function partialUsage(usage: object, share: number): object {
  const scaled = new Map(Object.entries(usage));
  for (const field of ["completion_tokens", "output_tokens"]) {
    const tokens: unknown = scaled.get(field);
    if (typeof tokens === "number") scaled.set(field, Math.ceil(tokens * share));
  }
  const {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
  } = Object.fromEntries(scaled);
  if (total !== undefined) scaled.set("total_tokens", Number(prompt) + Number(completion));
  return Object.fromEntries(scaled);
}

const tokens = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const anyUsage = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  input_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
  output_tokens: tokens,
});

/** Of a usage object of OpenAI or Anthropic; anything else bills nothing. */
export function billOf(usage: unknown): Bill {
  const parsed = anyUsage.safeParse(usage);
  if (!parsed.success) return { inputTokens: 0, outputTokens: 0 };
  const found = parsed.data;
  return {
    inputTokens:
      found.prompt_tokens +
      found.input_tokens +
      found.cache_read_input_tokens +
      found.cache_creation_input_tokens,
    outputTokens: found.completion_tokens + found.output_tokens,
  };
}
