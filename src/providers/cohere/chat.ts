import {
  arrayField,
  asText,
  booleanField,
  firstInvalid,
  integerField,
  MAX_OUTPUT_TOKENS,
  valueOf,
} from "../fields.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { cohereChatExtras } from "./chat-extras.ts";
import { cohereChatReader, readCohereChatBody } from "./chat-reader.ts";

/**
 * Cohere's chat of both versions, and the completions before it: https://docs.cohere.com/reference/chat,
 * https://docs.cohere.com/v1/reference/chat, https://docs.cohere.com/v1/reference/generate.
 */
export const cohereChat: Wire = {
  name: "cohere-chat",
  envelope: "message",
  understand,
  usageEdits: () => [],
  clampEdits,
  inputExtras: cohereChatExtras,
  streamReader: () => cohereChatReader(),
  readBody: readCohereChatBody,
};

/** https://docs.cohere.com/v1/reference/generate#request.body.num_generations */
const MAX_GENERATIONS = 5;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const stream = booleanField(body, "stream");
  const limit = integerField(body, "max_tokens", MAX_OUTPUT_TOKENS);
  const choices = integerField(body, "num_generations", MAX_GENERATIONS);
  const fault = firstInvalid([stream, limit, choices, arrayField(body, "messages"), modelMayMiss(body)]);
  if (fault) return { invalid: fault };
  const outputLimit = valueOf(limit);
  return {
    facts: {
      // The first version has a default of its own, whose price isn't known (law 11).
      model: asText(body["model"]) ?? "",
      stream: valueOf(stream) ?? false,
      choices: valueOf(choices) ?? 1,
      ...(outputLimit !== undefined && { outputLimit }),
      usageAsked: true,
    },
  };
}

function modelMayMiss(body: JsonObject): { value: undefined } | { invalid: InvalidBody } {
  const model = body["model"] ?? undefined;
  if (model === undefined || typeof model === "string") return { value: undefined };
  return { invalid: { param: "model", message: "'model' must be a string." } };
}

/** It covers thoughts, too. https://docs.cohere.com/docs/reasoning */
function clampEdits(body: JsonObject, _: CallFacts, outputTokens: number): BodyEdit[] {
  const stated = Number(body["max_tokens"] ?? Number.MAX_VALUE);
  return stated > outputTokens ? [{ path: ["max_tokens"], value: outputTokens }] : [];
}
