import { arrayField, asArray, asObject, asText, firstInvalid } from "../fields.ts";
import { openaiChatOf } from "../openai/chat.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { addOpenrouterTools } from "./openrouter-tools.ts";

/** Each of its streams states usage, asked or not. https://openrouter.ai/docs/api-reference/overview */
const CHAT = openaiChatOf({ limitField: "max_completion_tokens", usageOption: false, statesCost: true });

/** More models than this are no list that somebody wrote. */
const MAX_FALLBACKS = 16;
/** What it makes of a smaller limit, for providers that take no smaller one. */
const LEAST_OUTPUT_TOKENS = 16;

/** OpenAI's chat completions, with other models behind the one that is named, and tools that OpenRouter runs. */
export const openrouterChat: Wire = {
  ...CHAT,
  understand,
  inputExtras(body, facts) {
    const extras = CHAT.inputExtras(body, facts);
    addOpenrouterTools(extras, body);
    return extras;
  },
};

function understand(body: JsonObject, path: string): { facts: CallFacts } | { invalid: InvalidBody } {
  const fault = firstInvalid(
    ["models", "fallbacks", "plugins", "tools"].map((param) => arrayField(body, param)),
  );
  if (fault) return { invalid: fault };
  const [first, ...others] = namedModels(body);
  const understood = CHAT.understand({ ...body, model: body["model"] ?? first }, path);
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
