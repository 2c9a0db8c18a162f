import type { InputExtras } from "../../domain/estimate.ts";
import {
  asArray,
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
import { plainExtras } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { openaiChatReader, readOpenaiChatBody } from "./chat-reader.ts";

/**
 * Text completions, and completions that fill a gap (`suffix`). The answers are chat's, with `text` in place of a message. A
 * call that states no limit gets 16 tokens from OpenAI and others' own defaults elsewhere; the model's limit bounds all.
 * https://platform.openai.com/docs/api-reference/completions/create
 */
export const openaiCompletions: Wire = {
  name: "openai-completions",
  envelope: "openai",
  understand,
  usageEdits,
  clampEdits,
  inputExtras,
  streamReader: ({ hideUsage }) => openaiChatReader({ hideUsage, statesCost: false }),
  readBody: (status, body) => readOpenaiChatBody(status, body, { statesCost: false }),
};

/** Prompts in one call; more are refused, for each may make an answer. https://platform.openai.com/docs/api-reference/completions/create */
const MAX_PROMPTS = 2_048;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(body, "stream");
  const echo = booleanField(body, "echo");
  const n = integerField(body, "n", MAX_CHOICES);
  const bestOf = integerField(body, "best_of", MAX_CHOICES);
  // 0 is a limit here: with `echo` it scores the prompt.
  const limit = body["max_tokens"] === 0 ? { value: 0 } : integerField(body, "max_tokens", MAX_OUTPUT_TOKENS);
  const options = objectField(body, "stream_options");
  const fault = firstInvalid([model, stream, echo, n, bestOf, limit, options]) ?? promptFault(body["prompt"]);
  if (fault) return { invalid: fault };
  const endUser = asText(body["safety_identifier"]) ?? asText(body["user"]);
  const outputLimit = valueOf(limit);
  const streamed = valueOf(stream) ?? false;
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: streamed,
      // All of the candidates are billed, not the best alone, and each prompt has its own.
      choices: promptsIn(body["prompt"]) * Math.max(valueOf(n) ?? 1, valueOf(bestOf) ?? 1),
      ...(outputLimit !== undefined && { outputLimit }),
      ...(endUser !== undefined && { endUser }),
      usageAsked: !streamed || valueOf(options)?.["include_usage"] === true,
    },
  };
}

/** A text or an array of token ids is one prompt; an array of either is as many. */
function promptsIn(prompt: unknown): number {
  if (!Array.isArray(prompt)) return 1;
  return typeof prompt[0] === "number" ? 1 : Math.max(1, prompt.length);
}

function promptFault(prompt: unknown): InvalidBody | null {
  if (promptsIn(prompt) <= MAX_PROMPTS) return null;
  return { param: "prompt", message: `'prompt' must have at most ${MAX_PROMPTS} prompts.` };
}

/** https://platform.openai.com/docs/api-reference/completions/create#completions-create-stream_options */
function usageEdits(body: JsonObject, facts: CallFacts): BodyEdit[] {
  if (facts.usageAsked) return [];
  const options = valueOf(objectField(body, "stream_options"));
  return [{ path: ["stream_options"], value: { ...options, include_usage: true } }];
}

function clampEdits(body: JsonObject, _: CallFacts, outputTokens: number): BodyEdit[] {
  const stated = Number(body["max_tokens"] ?? Number.MAX_VALUE);
  return stated > outputTokens ? [{ path: ["max_tokens"], value: outputTokens }] : [];
}

/** An id of a token has at least one byte and a comma, so the bytes bound the prompt however it is written. */
function inputExtras(body: JsonObject): InputExtras {
  return {
    ...plainExtras(),
    // An echoed prompt was seen to be billed as input only, but some count what they send as output.
    outputTokens: body["echo"] === true ? promptBytes(body["prompt"]) : 0,
  };
}

/** Of the longest prompt: the bound is of one answer. */
function promptBytes(prompt: unknown): number {
  if (!Array.isArray(prompt)) return utf8Bytes(prompt);
  if (typeof prompt[0] === "number") return prompt.length;
  return prompt.reduce((longest: number, one) => Math.max(longest, utf8Bytes(one) || asArray(one).length), 0);
}
