// A scripted chat completion in OpenAI's wire format. Pure.

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
  usageChunk,
} from "../../src/local/demo/openai-wire.ts";
import { countPromptTokens, countTokens } from "../../src/local/demo/tokens.ts";
import type { Scenario } from "./scripted-provider-scenario.ts";
import {
  billOf,
  partialUsage,
  reachedLimit,
  splitEvenly,
  textChunks,
  type Script,
  type ScriptedRequest,
} from "./scripted-provider-script.ts";

const ERROR_EVENT = openAiEvent(openAiError({ message: "The server had an error", type: "server_error" }));

export function scriptChat(request: ScriptedRequest, scenario: Scenario): Script {
  const pieces = textChunks(scenario, request.maxTokens);
  const text = pieces.join("");
  const usage = scenario.usage ?? computeUsage(request, text);
  const common = { status: scenario.status ?? 200, bill: billOf(usage), errorEvent: ERROR_EVENT };
  const head = { id: `chatcmpl-${request.id}`, model: request.model, usageAsked: request.includeUsage };
  const finish = reachedLimit(text, request.maxTokens) ? "length" : "stop";
  const indexes = Array.from({ length: request.choices }, (_, index) => index);

  if (!request.stream) {
    const choices = indexes.map((index) => chatChoice(index, text, finish));
    const completion = chatCompletion(head, choices, scenario.noUsage === true ? null : usage);
    const chunks = splitEvenly(JSON.stringify(completion), scenario.chunks ?? 1);
    const headers = { "content-type": "application/json" };
    return { ...common, headers, stream: false, opening: [], chunks, closing: [] };
  }

  const chunkEvents = (piece: string, share: number): string => {
    const repeated = scenario.usageInEveryChunk === true && { usage: partialUsage(usage, share) };
    const events = indexes.map((index) => ({ ...contentChunk(head, index, piece), ...repeated }));
    return events.map(openAiEvent).join("");
  };
  const reports = request.includeUsage || scenario.usageInEveryChunk === true;
  const closing = indexes.map((index) => openAiEvent(finishChunk(head, index, finish)));
  if (reports && scenario.noUsage !== true) closing.push(openAiEvent(usageChunk(head, usage)));
  if (scenario.nullUsageAfter === true) closing.push(openAiEvent(usageChunk(head, null)));
  if (scenario.noDone !== true) closing.push(DONE_EVENT);
  return {
    ...common,
    headers: { "content-type": "text/event-stream; charset=utf-8" },
    stream: true,
    opening: indexes.map((index) => openAiEvent(openingChunk(head, index))),
    chunks: pieces.map((piece, index) => chunkEvents(piece, (index + 1) / pieces.length)),
    closing,
  };
}

function computeUsage({ messages, choices }: ScriptedRequest, text: string): object {
  const completion = choices * countTokens(text);
  return chatUsage({ prompt: countPromptTokens(messages), cached: 0, completion, reasoning: 0 });
}
