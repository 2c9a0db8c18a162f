import { asObject, firstInvalid, integerField, MAX_OUTPUT_TOKENS, objectField, valueOf } from "../fields.ts";
import type { Field } from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import { maxOutputTokens } from "../prices/output-limits.ts";
import type { CallFacts, InvalidBody, JsonObject } from "../wire.ts";

// The output limits of a Converse body. Beside its own there may be one in the model's own words, in
// `additionalModelRequestFields`; which one is obeyed isn't said, so the greatest counts (R23).

const OWN = ["inferenceConfig", "maxTokens"];
const ADDITIONAL = "additionalModelRequestFields";
const LIMIT_NAMES = [
  "max_tokens",
  "max_completion_tokens",
  "max_new_tokens",
  "max_gen_len",
  "max_tokens_to_sample",
  "maxTokens",
  "maxTokenCount",
];
/** Where the models' own bodies have them. */
const HOLDERS = [
  [ADDITIONAL],
  [ADDITIONAL, "inferenceConfig"],
  [ADDITIONAL, "textGenerationConfig"],
] as const;

type Limits = Pick<CallFacts, "outputLimit" | "outputFloor">;

/**
 * No `outputLimit` where Converse's own is absent: Bedrock then takes the model's greatest, whatever else is stated.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
 */
export function converseLimits(
  body: JsonObject,
  model: string,
): { limits: Limits } | { invalid: InvalidBody } {
  const config = objectField(body, "inferenceConfig");
  const own = integerField(valueOf(config) ?? {}, "maxTokens", MAX_OUTPUT_TOKENS);
  const stated = statedIn(body);
  const budget = integerField(thinkingIn(body), "budget_tokens", MAX_OUTPUT_TOKENS);
  const fault =
    firstInvalid([config]) ??
    within("inferenceConfig", own) ??
    stated.map(({ field }) => within(ADDITIONAL, field)).find((found) => found !== null) ??
    within(ADDITIONAL, budget);
  if (fault) return { invalid: fault };

  const ownLimit = valueOf(own);
  const others = stated.map(({ field }) => valueOf(field) ?? 0);
  const outputLimit = ownLimit === undefined ? undefined : Math.max(ownLimit, ...others);
  const outputFloor = floorOf(body, { model, limit: outputLimit, budget: valueOf(budget) });
  return {
    limits: {
      ...(outputLimit !== undefined && { outputLimit }),
      ...(outputFloor !== undefined && { outputFloor }),
    },
  };
}

/** Lowers each limit that is above, and states Converse's own where there is none. */
export function converseClamp(body: JsonObject, outputTokens: number): BodyEdit[] {
  const own = asObject(body["inferenceConfig"])?.["maxTokens"];
  const edits: BodyEdit[] = [];
  if (typeof own !== "number" || own > outputTokens) edits.push({ path: OWN, value: outputTokens });
  for (const { path, field } of statedIn(body)) {
    if ((valueOf(field) ?? 0) > outputTokens) edits.push({ path, value: outputTokens });
  }
  return edits;
}

/** Claude's thinking budget where it exceeds the limit, and so comes on top of it. */
export function thinkingOnTop(body: JsonObject): number {
  const budget = thinkingIn(body)["budget_tokens"];
  const limit = asObject(body["inferenceConfig"])?.["maxTokens"];
  if (typeof budget !== "number" || !Number.isInteger(budget) || budget > MAX_OUTPUT_TOKENS) return 0;
  return typeof limit === "number" && budget >= limit ? budget : 0;
}

function statedIn(body: JsonObject): { path: string[]; field: Field<number> }[] {
  return HOLDERS.flatMap((holder) => {
    const object = holder.reduce<JsonObject | null>((at, key) => asObject(at?.[key]), body) ?? {};
    return LIMIT_NAMES.filter((name) => (object[name] ?? undefined) !== undefined).map((name) => ({
      path: [...holder, name],
      field: integerField(object, name, MAX_OUTPUT_TOKENS),
    }));
  });
}

/** Claude's: `thinking`, or `reasoning_config` as Bedrock first named it. */
function thinkingIn(body: JsonObject): JsonObject {
  const additional = asObject(body[ADDITIONAL]);
  return asObject(additional?.["thinking"]) ?? asObject(additional?.["reasoning_config"]) ?? {};
}

function floorOf(
  body: JsonObject,
  { model, limit, budget }: { model: string; limit: number | undefined; budget: number | undefined },
): number | undefined {
  const nova = asObject(asObject(body[ADDITIONAL])?.["reasoningConfig"]);
  // Nova refuses a limit beside its highest effort, so none can be set.
  // https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
  if (nova?.["maxReasoningEffort"] === "high") return limit ?? maxOutputTokens(model);
  return budget !== undefined && budget < (limit ?? Infinity) ? budget + 1 : undefined;
}

function within(parent: string, field: Field<unknown>): InvalidBody | null {
  return "invalid" in field ? { ...field.invalid, param: `${parent}.${field.invalid.param}` } : null;
}
