import { clampOf } from "../clamp.ts";
import {
  arrayField,
  asObject,
  asText,
  booleanField,
  firstInvalid,
  integerField,
  MAX_OUTPUT_TOKENS,
  modelField,
  objectField,
  valueOf,
} from "../fields.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { advisorsOf, fallbacksOf } from "./messages-models.ts";
import { anthropicExtras } from "./messages-extras.ts";
import { anthropicReader, readAnthropicBody } from "./messages-reader.ts";

/** Anthropic's messages. https://platform.claude.com/docs/en/api/messages */
export const anthropicMessages: Wire = {
  name: "anthropic-messages",
  envelope: "anthropic",
  understand,
  // Usage comes unasked, streamed or not.
  usageEdits: () => [],
  clampEdits: clampOf("max_tokens"),
  inputExtras: anthropicExtras,
  streamReader: anthropicReader,
  readBody: readAnthropicBody,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const limit = integerField(body, "max_tokens", MAX_OUTPUT_TOKENS);
  const thinking = objectField(body, "thinking");
  const budget = integerField(valueOf(thinking) ?? {}, "budget_tokens", MAX_OUTPUT_TOKENS);
  const fault = firstInvalid([model, arrayField(body, "messages"), stream, limit, thinking]);
  if (fault) return { invalid: fault };
  if ("invalid" in budget) return { invalid: { ...budget.invalid, param: "thinking.budget_tokens" } };

  const fallbacks = fallbacksOf(body);
  if ("invalid" in fallbacks) return fallbacks;
  const alternatives = [...fallbacks.models, ...advisorsOf(body)];
  const outputLimit = valueOf(limit);
  const outputFloor = thinkingFloor(budget.value, outputLimit);
  const endUser = asText(asObject(body["metadata"])?.["user_id"]);
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: valueOf(stream) ?? false,
      choices: 1,
      ...(outputLimit !== undefined && { outputLimit }),
      ...(outputFloor !== undefined && { outputFloor }),
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
      ...(alternatives.length > 0 && { alternatives }),
    },
  };
}

/**
 * `max_tokens` must stay above the thinking budget, but with interleaved thinking, whose budget may exceed it.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 */
function thinkingFloor(budget: number | undefined, limit = Infinity): number | undefined {
  return budget !== undefined && budget < limit ? budget + 1 : undefined;
}
