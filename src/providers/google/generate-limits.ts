import { asObject, firstInvalid, MAX_CHOICES, MAX_OUTPUT_TOKENS, valueOf } from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import type { InvalidBody, JsonObject } from "../wire.ts";
import { countOf, faultOf, numberOf, stated, statedValues, type Stated } from "./spellings.ts";

// The fields of `generationConfig` that money depends on. https://ai.google.dev/api/generate-content#generationconfig

export interface GenerateLimits {
  choices: number;
  /** The greatest one that is stated. */
  outputLimit?: number;
  /** The thinking budget and a token to answer with: thoughts count against the output limit. */
  outputFloor?: number;
}

const CONFIG = "generationConfig";
const LIMIT = "maxOutputTokens";

export function generateLimits(body: JsonObject): { limits: GenerateLimits } | { invalid: InvalidBody } {
  const configs = stated(body, CONFIG);
  const fault = configs.find(({ value }) => asObject(value) === null);
  if (fault) return { invalid: faultOf(fault.key, "must be an object") };
  const values = configs.map(({ value }) => asObject(value) ?? {});
  const all = (name: string) => values.flatMap((config) => stated(config, name));
  const outputs = all(LIMIT).map((limit) => countOf(limit, MAX_OUTPUT_TOKENS));
  const choices = all("candidateCount").map((count) => countOf(count, MAX_CHOICES));
  const invalid = firstInvalid([...outputs, ...choices]);
  if (invalid) return { invalid };

  const limits = outputs.map(valueOf).filter((limit) => limit !== undefined);
  const outputLimit = limits.length > 0 ? Math.max(...limits) : undefined;
  const floor = 1 + thinkingBudget(values);
  return {
    limits: {
      choices: Math.max(1, ...choices.map((count) => valueOf(count) ?? 1)),
      ...(outputLimit !== undefined && { outputLimit }),
      ...(floor > 1 && floor <= (outputLimit ?? MAX_OUTPUT_TOKENS) && { outputFloor: floor }),
    },
  };
}

/** Lowers every limit that is stated and above; states one where there is none, in the spelling of `names`. */
export function generateClamp(
  body: JsonObject,
  outputTokens: number,
  names: { config: string; limit: string } = { config: CONFIG, limit: LIMIT },
): BodyEdit[] {
  const configs = stated(body, CONFIG);
  const limits = configs.flatMap(({ value }) => stated(asObject(value) ?? {}, LIMIT));
  if (limits.length > 0) return configs.flatMap((config) => loweredConfig(config, outputTokens));
  return [{ path: [configs[0]?.key ?? names.config, names.limit], value: outputTokens }];
}

function loweredConfig({ key, value }: Stated, outputTokens: number): BodyEdit[] {
  const config = asObject(value) ?? {};
  const above = stated(config, LIMIT).filter((limit) => (numberOf(limit.value) ?? 0) > outputTokens);
  return above.map((limit) => ({ path: [key, limit.key], value: outputTokens }));
}

/** 0 turns thinking off, and -1 leaves it to the model. https://ai.google.dev/gemini-api/docs/thinking */
function thinkingBudget(configs: JsonObject[]): number {
  const budgets = configs
    .flatMap((config) => statedValues(config, "thinkingConfig"))
    .flatMap((thinking) => statedValues(asObject(thinking) ?? {}, "thinkingBudget"))
    .map((budget) => numberOf(budget) ?? 0)
    .filter((budget) => Number.isInteger(budget) && budget > 0 && budget <= MAX_OUTPUT_TOKENS);
  return Math.max(0, ...budgets);
}
