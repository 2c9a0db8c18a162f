// A scripted message in Anthropic's wire format. Pure.

import {
  anthropicError,
  anthropicEvent,
  blockDelta,
  blockStart,
  blockStop,
  message,
  messageDelta,
  messageStart,
  messageStop,
  messageUsage,
  ping,
} from "../../src/local/demo/anthropic-wire.ts";
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

const ERROR_EVENT = anthropicEvent(
  anthropicError({ type: "overloaded_error", message: "Overloaded", requestId: "req_scripted" }),
);

// What stands in message_start alone: https://docs.anthropic.com/en/api/messages-streaming
const START_ONLY = new Set(["cache_creation", "service_tier", "inference_geo"]);

export function scriptMessages(request: ScriptedRequest, scenario: Scenario): Script {
  const pieces = textChunks(scenario, request.maxTokens);
  const text = pieces.join("");
  const usage = scenario.usage ?? computeUsage(request, text);
  const common = { status: scenario.status ?? 200, bill: billOf(usage), errorEvent: ERROR_EVENT };
  const head = { id: `msg_${request.id}`, model: request.model };
  const stopReason = reachedLimit(text, request.maxTokens) ? "max_tokens" : "end_turn";
  const block = { type: "text" as const, text };
  const reported = scenario.noUsage === true ? null : usage;

  if (!request.stream) {
    const answer = JSON.stringify(message(head, block, { stopReason, usage: reported }));
    const chunks = splitEvenly(answer, scenario.chunks ?? 1);
    const headers = { "content-type": "application/json" };
    return { ...common, headers, stream: false, opening: [], chunks, closing: [] };
  }

  const startUsage = reported === null ? null : (scenario.startUsage ?? usage);
  const finalUsage = reported === null ? null : usageOfDelta(usage);
  const chunkEvents = (piece: string, share: number): string => {
    const events = [blockDelta(block, piece)];
    if (scenario.usageInEveryChunk === true) {
      events.push(messageDelta(null, partialUsage(usageOfDelta(usage), share)));
    }
    return events.map(anthropicEvent).join("");
  };
  return {
    ...common,
    headers: { "content-type": "text/event-stream; charset=utf-8" },
    stream: true,
    opening: [messageStart(head, startUsage), blockStart(block), ping()].map(anthropicEvent),
    chunks: pieces.map((piece, index) => chunkEvents(piece, (index + 1) / pieces.length)),
    closing: [blockStop(), messageDelta(stopReason, finalUsage), messageStop()].map(anthropicEvent),
  };
}

function computeUsage({ messages }: ScriptedRequest, text: string): object {
  const uncachedInput = countPromptTokens(messages);
  const output = countTokens(text);
  return messageUsage({ uncachedInput, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output });
}

function usageOfDelta(usage: object): object {
  return Object.fromEntries(Object.entries(usage).filter(([field]) => !START_ONLY.has(field)));
}
