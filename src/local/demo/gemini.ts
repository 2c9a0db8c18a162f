// generateContent, streamGenerateContent and countTokens of the demo provider. Pure: body in, reply out.

import { composeAnswer, fingerprint, isUnknownModel, type DemoAnswer } from "./answer.ts";
import {
  forcedFunction,
  lastUserText,
  parseCountTokensRequest,
  parseGenerateRequest,
  type GenerateRequest,
} from "./gemini-request.ts";
import { geminiArray, geminiChunk, geminiError, geminiEvent, type GeminiPart } from "./gemini-wire.ts";
import { eventStreamReply, jsonReply, type DemoReply } from "./reply.ts";
import { countPromptTokens, countTokens, splitWords } from "./tokens.ts";

/** `sse`: a stream as events, else as one JSON array. */
export interface GeminiCall {
  model: string;
  stream: boolean;
  sse: boolean;
}

export function answerGenerate(body: Uint8Array, { model, stream, sse }: GeminiCall): DemoReply {
  const parsed = parseGenerateRequest(body);
  if (!parsed.ok) return parsed.refusal;
  if (isUnknownModel(model)) return unknownGemini(model);
  const { request } = parsed;
  const answer = composeAnswer({
    lastUserText: lastUserText(request),
    forcedTool: forcedFunction(request),
    maxTokens: request.generationConfig?.maxOutputTokens ?? Number.MAX_SAFE_INTEGER,
  });
  const head = { id: fingerprint(body), model };
  const finish = answer.cut ? ("MAX_TOKENS" as const) : ("STOP" as const);
  const whole = { prompt: promptTokens(request), candidates: answer.tokens };
  if (!stream) return jsonReply(200, geminiChunk(head, { part: partOf(answer), finish, usage: whole }));

  const parts =
    answer.toolName === null ? splitWords(answer.text).map((text) => ({ text })) : [partOf(answer)];
  const chunks = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    const soFar = parts.slice(0, index + 1).map((piece) => ("text" in piece ? piece.text : ""));
    const usage = isLast ? whole : { prompt: whole.prompt, candidates: countTokens(soFar.join("")) };
    return geminiChunk(head, { part, usage, ...(isLast && { finish }) });
  });
  if (sse) return eventStreamReply(chunks.map(geminiEvent));
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=UTF-8" },
    pieces: geminiArray(chunks),
  };
}

export function answerGeminiCount(body: Uint8Array, model: string): DemoReply {
  const parsed = parseCountTokensRequest(body);
  if (!parsed.ok) return parsed.refusal;
  if (isUnknownModel(model)) return unknownGemini(model);
  return jsonReply(200, { totalTokens: countPromptTokens(parsed.request.contents) });
}

export function unknownGemini(model: string): DemoReply {
  const message = `models/${model} is not found for API version v1beta, or is not supported for this method.`;
  return jsonReply(404, geminiError({ status: 404, message }));
}

function promptTokens({ contents, systemInstruction, tools }: GenerateRequest): number {
  const parts = [contents, systemInstruction, tools].filter(
    (part) => typeof part === "object" && part !== null,
  );
  return parts.reduce((sum: number, part) => sum + countPromptTokens(part), 0);
}

/** Arguments that the limit cut off are no JSON: a function is then called with none, as Google may. */
function partOf({ toolName, text, cut }: DemoAnswer): GeminiPart {
  if (toolName === null) return { text };
  const args: unknown = cut ? {} : JSON.parse(text);
  return { functionCall: { name: toolName, args } };
}
