// POST /v1/chat/completions of the demo provider. Pure: body in, reply out.

import { composeAnswer, fingerprint, isUnknownModel, type DemoAnswer } from "./answer.ts";
import { forcedTool, lastUserText, parseChatRequest, type ChatRequest } from "./openai-chat-request.ts";
import {
  chatChoice,
  chatCompletion,
  chatUsage,
  contentChunk,
  DONE_EVENT,
  finishChunk,
  openAiError,
  openAiEvent,
  openingChunk,
  toolArgumentsChunk,
  toolOpeningChunk,
  usageChunk,
  type ChatChunkHead,
  type ChatTokens,
  type FinishReason,
  type ToolCall,
} from "./openai-wire.ts";
import { eventStreamReply, jsonReply, type DemoReply } from "./reply.ts";
import { countPromptTokens, splitWords } from "./tokens.ts";

// OpenAI caches prompts of at least 1,024 tokens in blocks of 128:
// https://platform.openai.com/docs/guides/prompt-caching
const MIN_CACHED_TOKENS = 1024;
const CACHE_BLOCK_TOKENS = 128;

const REASONING_TOKENS = { none: 0, minimal: 0, low: 16, medium: 32, high: 64, xhigh: 128 };

export function answerChat(body: Uint8Array): DemoReply {
  const parsed = parseChatRequest(body);
  if (!parsed.ok) return parsed.refusal;
  const { request } = parsed;
  if (isUnknownModel(request.model)) return jsonReply(404, unknownModelError(request.model));

  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? Number.MAX_SAFE_INTEGER;
  const reasoning = Math.min(REASONING_TOKENS[request.reasoning_effort ?? "none"], maxTokens);
  const answer = composeAnswer({
    lastUserText: lastUserText(request.messages),
    forcedTool: forcedTool(request),
    maxTokens: maxTokens - reasoning,
  });
  const choiceCount = request.n ?? 1;
  const usage = chatUsage({
    ...countPrompt(request),
    completion: choiceCount * (reasoning + answer.tokens),
    reasoning: choiceCount * reasoning,
  });

  const id = fingerprint(body);
  const head = {
    id: `chatcmpl-${id}`,
    model: request.model,
    usageAsked: request.stream_options?.include_usage === true,
  };
  const indexes = Array.from({ length: choiceCount }, (_, index) => index);
  const headers = { "x-request-id": `req_${id}`, "openai-version": "2020-10-01" };
  if (request.stream !== true) {
    const choices = indexes.map((index) => choiceOf(index, answer, id));
    return jsonReply(200, chatCompletion(head, choices, usage), headers);
  }
  const chunks = indexes.flatMap((index) => choiceChunks(head, index, answer));
  if (head.usageAsked) chunks.push(usageChunk(head, usage));
  return eventStreamReply([...chunks.map(openAiEvent), DONE_EVENT], headers);
}

export function unknownModelError(model: string): object {
  return openAiError({
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    code: "model_not_found",
  });
}

/**
 * The demo provider remembers nothing between calls. A follow-up is taken to find in the cache what its
 * conversation held up to the last answer, as it would at OpenAI.
 */
function countPrompt({ messages, tools }: ChatRequest): Pick<ChatTokens, "prompt" | "cached"> {
  const prompt = countPromptTokens(messages) + (tools ? countPromptTokens(tools) : 0);
  const lastAnswer = messages.findLastIndex((message) => message.role === "assistant");
  const known = countPromptTokens(messages.slice(0, lastAnswer + 1));
  const cached = known < MIN_CACHED_TOKENS ? 0 : known - (known % CACHE_BLOCK_TOKENS);
  return { prompt, cached };
}

function choiceOf(index: number, answer: DemoAnswer, id: string): object {
  const content = toolCallOf(answer, id, index) ?? answer.text;
  return chatChoice(index, content, finishReasonOf(answer));
}

function choiceChunks(head: ChatChunkHead, index: number, answer: DemoAnswer): object[] {
  const finish = finishChunk(head, index, finishReasonOf(answer));
  const pieces = splitWords(answer.text);
  const call = toolCallOf(answer, head.id, index);
  if (call !== null) {
    const deltas = pieces.map((piece) => toolArgumentsChunk(head, index, piece));
    return [toolOpeningChunk(head, index, call), ...deltas, finish];
  }
  return [openingChunk(head, index), ...pieces.map((piece) => contentChunk(head, index, piece)), finish];
}

function toolCallOf(answer: DemoAnswer, id: string, index: number): ToolCall | null {
  if (answer.toolName === null) return null;
  return { id: `call_${id}_${index}`, name: answer.toolName, argumentsJson: answer.text };
}

function finishReasonOf(answer: DemoAnswer): FinishReason {
  if (answer.cut) return "length";
  return answer.toolName === null ? "stop" : "tool_calls";
}
