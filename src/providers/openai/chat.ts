import {
  arrayField,
  asText,
  booleanField,
  firstInvalid,
  integerField,
  MAX_CHOICES,
  MAX_OUTPUT_TOKENS,
  modelField,
  objectField,
  valueOf,
} from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import { openaiChatExtras } from "./chat-extras.ts";
import { openaiChatReader, readOpenaiChatBody } from "./chat-reader.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";

// The older field and the newer one. Providers differ in which they obey, so the greater of the two counts (R23).
const LIMITS = ["max_tokens", "max_completion_tokens"] as const;

/** How an API that is compatible with OpenAI's differs in what money depends on. */
export interface ChatDialect {
  /**
   * The newest field of an output limit that the provider knows: who knows the newer one obeys the older one too. One that
   * it doesn't know it ignores or refuses: such a limit is none, and a clamp there would be an overspend.
   */
  limitField: (typeof LIMITS)[number];
  /** Whether a stream states usage only where `stream_options.include_usage` asks for it; others may refuse that option. */
  usageOption: boolean;
  /** The provider states what a call costs, and means what statedUsageCost reads. */
  statesCost: boolean;
}

/** OpenAI's chat completions, and the many APIs that are compatible with them. */
export function openaiChatOf({ limitField, usageOption, statesCost }: ChatDialect): Wire {
  return {
    name: "openai-chat",
    envelope: "openai",
    understand: (body) => understand(body, limitField),
    usageEdits: (_body, facts) => (usageOption && !facts.usageAsked ? [ASK_FOR_USAGE] : []),
    clampEdits: (body, facts, outputTokens) => clampEdits(body, facts, { outputTokens, limitField }),
    inputExtras: openaiChatExtras,
    streamReader: ({ hideUsage }) => openaiChatReader({ hideUsage, statesCost }),
    readBody: (status, body) => readOpenaiChatBody(status, body, { statesCost }),
  };
}

/** As OpenAI speaks it. */
export const openaiChat = openaiChatOf({
  limitField: "max_completion_tokens",
  usageOption: true,
  statesCost: false,
});

/** https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options */
const ASK_FOR_USAGE: BodyEdit = { path: ["stream_options", "include_usage"], value: true };

function understand(
  body: JsonObject,
  limitField: ChatDialect["limitField"],
): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const choices = integerField(body, "n", MAX_CHOICES);
  const limits = LIMITS.map((param) => integerField(body, param, MAX_OUTPUT_TOKENS));
  const options = objectField(body, "stream_options");
  const fault = firstInvalid([model, arrayField(body, "messages"), stream, choices, ...limits, options]);
  if (fault) return { invalid: fault };

  const [older] = limits;
  const known = limitField === "max_completion_tokens" || (older && valueOf(older) !== undefined);
  const stated = known ? limits.map(valueOf).filter((limit) => limit !== undefined) : [];
  const endUser = asText(body["safety_identifier"]) ?? asText(body["user"]);
  const streamed = valueOf(stream) ?? false;
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: streamed,
      choices: valueOf(choices) ?? 1,
      ...(stated.length > 0 && { outputLimit: Math.max(...stated) }),
      ...(endUser !== undefined && { endUser }),
      usageAsked: !streamed || valueOf(options)?.["include_usage"] === true,
    },
  };
}

/** Lowers each limit that is stated and above; states one where there is none (reasoning models refuse the older). */
function clampEdits(
  body: JsonObject,
  facts: CallFacts,
  { outputTokens, limitField }: { outputTokens: number; limitField: ChatDialect["limitField"] },
): BodyEdit[] {
  const above = LIMITS.filter((key) => Number(body[key] ?? 0) > outputTokens);
  // One that may be ignored is no limit, and stands beside the new one, where it may also count before it.
  const stated = facts.outputLimit === undefined ? new Set([limitField, ...above]) : above;
  return [...stated].map((key) => ({ path: [key], value: outputTokens }));
}
