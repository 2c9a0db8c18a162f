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
  /** The provider states what a call costs, and means what statedUsageCost reads. */
  statesCost: boolean;
}

/** OpenAI's chat completions, and the many APIs that are compatible with them. */
export function openaiChatOf({ statesCost }: ChatDialect): Wire {
  return {
    name: "openai-chat",
    envelope: "openai",
    understand,
    usageEdits,
    clampEdits,
    inputExtras: openaiChatExtras,
    streamReader: ({ hideUsage }) => openaiChatReader({ hideUsage, statesCost }),
    readBody: (status, body) => readOpenaiChatBody(status, body, { statesCost }),
  };
}

/** As OpenAI speaks it. */
export const openaiChat = openaiChatOf({ statesCost: false });

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const choices = integerField(body, "n", MAX_CHOICES);
  const limits = LIMITS.map((param) => integerField(body, param, MAX_OUTPUT_TOKENS));
  const options = objectField(body, "stream_options");
  const fault = firstInvalid([model, arrayField(body, "messages"), stream, choices, ...limits, options]);
  if (fault) return { invalid: fault };

  const stated = limits.map(valueOf).filter((limit) => limit !== undefined);
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

/** https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options */
function usageEdits(_body: JsonObject, facts: CallFacts): BodyEdit[] {
  return facts.usageAsked ? [] : [{ path: ["stream_options", "include_usage"], value: true }];
}

/** Lowers each limit that is stated and above; states the newer one where there is none (reasoning models refuse the older). */
function clampEdits(body: JsonObject, facts: CallFacts, outputTokens: number): BodyEdit[] {
  if (facts.outputLimit === undefined) return [{ path: ["max_completion_tokens"], value: outputTokens }];
  return LIMITS.filter((key) => Number(body[key] ?? 0) > outputTokens).map((key) => ({
    path: [key],
    value: outputTokens,
  }));
}
