import {
  arrayField,
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
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { cohereChatExtras } from "./chat-extras.ts";
import { cohereChatReader, readCohereChat } from "./chat-reader.ts";

/**
 * Cohere's chat, in its second version (https://docs.cohere.com/reference/chat) and its first
 * (https://docs.cohere.com/v1/reference/chat), and the older generate. They share what money depends on.
 */
export const cohereChat: Wire = {
  name: "cohere-chat",
  envelope: "message",
  understand,
  // Every stream states its usage at its end.
  usageEdits: () => [],
  clampEdits,
  inputExtras: cohereChatExtras,
  streamReader: cohereChatReader,
  readBody: readCohereChat,
};

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const limit = integerField(body, "max_tokens", MAX_OUTPUT_TOKENS);
  const choices = integerField(body, "num_generations", MAX_CHOICES);
  const arrays = ["messages", "chat_history", "documents", "tools"].map((param) => arrayField(body, param));
  const fault = firstInvalid([model, stream, limit, choices, ...arrays, objectField(body, "thinking")]);
  if (fault) return { invalid: fault };
  const outputLimit = valueOf(limit);
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: valueOf(stream) ?? false,
      choices: valueOf(choices) ?? 1,
      ...(outputLimit !== undefined && { outputLimit }),
      usageAsked: true,
    },
  };
}

/** Thinking counts against it, too. https://docs.cohere.com/docs/reasoning */
function clampEdits(_body: JsonObject, facts: CallFacts, outputTokens: number): BodyEdit[] {
  const stated = facts.outputLimit ?? Infinity;
  return stated > outputTokens ? [{ path: ["max_tokens"], value: outputTokens }] : [];
}
