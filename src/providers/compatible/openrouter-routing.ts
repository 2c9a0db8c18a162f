import { arrayField, asArray, asObject, asText, firstInvalid } from "../fields.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { addPlugins } from "./openrouter-tools.ts";
import { addRoutedThoughts, addXaiThoughts } from "./thoughts.ts";

/** More models than this are no list that somebody wrote. */
const MAX_FALLBACKS = 16;
/** What it makes of a smaller limit, for providers that take no smaller one. */
const LEAST_OUTPUT_TOKENS = 16;

/** A format of OpenAI's as OpenRouter speaks it: with other models behind the one that is named, and with plugins. */
export function routed(wire: Wire): Wire {
  return {
    ...wire,
    understand: (body, path, headers) => understand(wire, body, { path, headers }),
    inputExtras(body, facts) {
      const extras = wire.inputExtras(body, facts);
      addPlugins(extras, body);
      addRoutedThoughts(extras, body);
      for (const model of [facts.model, ...(facts.alternatives ?? [])]) addXaiThoughts(extras, body, model);
      return extras;
    },
  };
}

function understand(
  wire: Wire,
  body: JsonObject,
  { path, headers }: { path: string; headers: Headers | undefined },
): { facts: CallFacts } | { invalid: InvalidBody } {
  const fault = firstInvalid(
    ["models", "fallbacks", "plugins", "tools"].map((param) => arrayField(body, param)),
  );
  if (fault) return { invalid: fault };
  const [first, ...others] = namedModels(body);
  const understood = wire.understand({ ...body, model: body["model"] ?? first }, path, headers);
  if ("invalid" in understood) return understood;
  const names = [first, ...others].slice(1);
  if (names.length > MAX_FALLBACKS || !names.every((name) => asText(name) !== undefined)) {
    const message = `'models' must be at most ${MAX_FALLBACKS} non-empty strings.`;
    return { invalid: { param: "models", message } };
  }
  const { facts } = understood;
  const { outputLimit } = facts;
  const alternatives = [...new Set(names.map(String))].filter((name) => name !== facts.model);
  return {
    facts: {
      ...facts,
      ...(outputLimit !== undefined && { outputLimit: Math.max(outputLimit, LEAST_OUTPUT_TOKENS) }),
      outputFloor: LEAST_OUTPUT_TOKENS,
      ...(alternatives.length > 0 && { alternatives }),
    },
  };
}

/**
 * The models that may answer, the first one first: https://openrouter.ai/docs/guides/routing/model-fallbacks. A preset may
 * name others, which only OpenRouter knows: it stands for a model with no price.
 * https://openrouter.ai/docs/guides/features/presets
 */
function namedModels(body: JsonObject): unknown[] {
  const fallbacks = asArray(body["fallbacks"]).map((item) => asObject(item)?.["model"] ?? item);
  const preset = body["preset"] ?? null;
  return [
    ...(body["model"] === undefined || body["model"] === null ? [] : [body["model"]]),
    ...asArray(body["models"]),
    ...fallbacks,
    ...(preset === null ? [] : ["@preset"]),
  ];
}
