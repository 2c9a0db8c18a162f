// OpenAI's wire format: the envelope of errors, the chat completion, and the chunks of its stream.
// https://platform.openai.com/docs/api-reference/chat — pure builders, which the tests' provider uses too.

import { DEMO_CREATED_AT_SECONDS } from "./answer.ts";

export const DONE_EVENT = "data: [DONE]\n\n";

export type FinishReason = "stop" | "length" | "tool_calls";

export interface ToolCall {
  id: string;
  name: string;
  argumentsJson: string;
}

export interface ChatHead {
  id: string;
  model: string;
}

export interface ChatChunkHead extends ChatHead {
  /** A client that set `stream_options.include_usage` gets `usage: null` on every chunk but the last. */
  usageAsked: boolean;
}

export interface ChatTokens {
  prompt: number;
  cached: number;
  completion: number;
  reasoning: number;
}

export function openAiError(error: {
  message: string;
  code?: string;
  param?: string;
  type?: string;
}): object {
  const { message, code = null, param = null, type = "invalid_request_error" } = error;
  return { error: { message, type, param, code } };
}

export function openAiEvent(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export function chatUsage({ prompt, cached, completion, reasoning }: ChatTokens): object {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export function chatChoice(index: number, content: string | ToolCall, finishReason: FinishReason): object {
  const said =
    typeof content === "string" ? { content } : { content: null, tool_calls: [toolCallBody(content)] };
  return {
    index,
    message: { role: "assistant", ...said, refusal: null, annotations: [] },
    logprobs: null,
    finish_reason: finishReason,
  };
}

/** `usage: null` leaves the field out, as a provider does that reports none. */
export function chatCompletion(head: ChatHead, choices: object[], usage: object | null): object {
  return {
    ...commonFields(head, "chat.completion"),
    choices,
    ...(usage !== null && { usage }),
    service_tier: "default",
    system_fingerprint: "fp_demo",
  };
}

export function openingChunk(head: ChatChunkHead, index: number): object {
  return chunk(head, [chunkChoice(index, { role: "assistant", content: "", refusal: null }, null)]);
}

export function contentChunk(head: ChatChunkHead, index: number, content: string): object {
  return chunk(head, [chunkChoice(index, { content }, null)]);
}

/** The first chunk of a tool call carries its id and name, with no arguments yet. */
export function toolOpeningChunk(head: ChatChunkHead, index: number, call: ToolCall): object {
  const tool_calls = [{ index: 0, ...toolCallBody({ ...call, argumentsJson: "" }) }];
  return chunk(head, [chunkChoice(index, { role: "assistant", content: null, tool_calls }, null)]);
}

export function toolArgumentsChunk(head: ChatChunkHead, index: number, piece: string): object {
  const tool_calls = [{ index: 0, function: { arguments: piece } }];
  return chunk(head, [chunkChoice(index, { tool_calls }, null)]);
}

export function finishChunk(head: ChatChunkHead, index: number, finishReason: FinishReason): object {
  return chunk(head, [chunkChoice(index, {}, finishReason)]);
}

/** The extra chunk of `include_usage`: no choices, and the whole usage. */
export function usageChunk(head: ChatChunkHead, usage: object | null): object {
  return { ...chunk(head, []), usage };
}

function chunk(head: ChatChunkHead, choices: object[]): object {
  return {
    ...commonFields(head, "chat.completion.chunk"),
    service_tier: "default",
    system_fingerprint: "fp_demo",
    choices,
    ...(head.usageAsked && { usage: null }),
  };
}

function chunkChoice(index: number, delta: object, finishReason: FinishReason | null): object {
  return { index, delta, logprobs: null, finish_reason: finishReason };
}

function commonFields(head: ChatHead, object: string): object {
  return { id: head.id, object, created: DEMO_CREATED_AT_SECONDS, model: head.model };
}

function toolCallBody({ id, name, argumentsJson }: ToolCall): object {
  return { id, type: "function", function: { name, arguments: argumentsJson } };
}
