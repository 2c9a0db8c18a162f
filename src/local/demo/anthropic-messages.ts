// POST /v1/messages and /v1/messages/count_tokens of the demo provider. Pure: body in, reply out.

import { composeAnswer, fingerprint, isUnknownModel, type DemoAnswer } from "./answer.ts";
import { countInput, sumInput } from "./anthropic-input.ts";
import {
  forcedTool,
  lastUserText,
  parseCountRequest,
  parseMessagesRequest,
} from "./anthropic-messages-request.ts";
import {
  anthropicError,
  anthropicEvent,
  blockDelta,
  blockStart,
  blockStop,
  deltaUsage,
  message,
  messageDelta,
  messageStart,
  messageStop,
  messageUsage,
  ping,
  type ContentBlock,
  type StopReason,
} from "./anthropic-wire.ts";
import { eventStreamReply, jsonReply, type DemoReply } from "./reply.ts";
import { splitWords } from "./tokens.ts";

export function answerMessages(body: Uint8Array): DemoReply {
  const parsed = parseMessagesRequest(body);
  if (!parsed.ok) return parsed.refusal;
  const { request } = parsed;
  const id = fingerprint(body);
  if (isUnknownModel(request.model)) return unknownModel(request.model, id);

  const answer = composeAnswer({
    lastUserText: lastUserText(request.messages),
    forcedTool: forcedTool(request),
    maxTokens: request.max_tokens,
  });
  const tokens = { ...countInput(request), output: answer.tokens };
  const block = blockOf(answer, id);
  const stopReason = stopReasonOf(answer);
  const head = { id: `msg_${id}`, model: request.model };
  const headers = { "request-id": `req_${id}` };
  if (request.stream !== true) {
    return jsonReply(200, message(head, block, { stopReason, usage: messageUsage(tokens) }), headers);
  }
  const events = [
    messageStart(head, messageUsage(tokens)),
    blockStart(block),
    ping(),
    ...splitWords(answer.text).map((piece) => blockDelta(block, piece)),
    blockStop(),
    messageDelta(stopReason, deltaUsage(tokens)),
    messageStop(),
  ];
  return eventStreamReply(events.map(anthropicEvent), headers);
}

export function answerCountTokens(body: Uint8Array): DemoReply {
  const parsed = parseCountRequest(body);
  if (!parsed.ok) return parsed.refusal;
  const id = fingerprint(body);
  if (isUnknownModel(parsed.request.model)) return unknownModel(parsed.request.model, id);
  const input_tokens = sumInput(countInput(parsed.request));
  return jsonReply(200, { input_tokens }, { "request-id": `req_${id}` });
}

function unknownModel(model: string, id: string): DemoReply {
  const requestId = `req_${id}`;
  const error = anthropicError({ type: "not_found_error", message: `model: ${model}`, requestId });
  return jsonReply(404, error, { "request-id": requestId });
}

function blockOf(answer: DemoAnswer, id: string): ContentBlock {
  if (answer.toolName === null) return { type: "text", text: answer.text };
  return { type: "tool_use", id: `toolu_${id}`, name: answer.toolName, inputJson: answer.text };
}

function stopReasonOf(answer: DemoAnswer): StopReason {
  if (answer.cut) return "max_tokens";
  return answer.toolName === null ? "end_turn" : "tool_use";
}
