import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText, MAX_CHOICES } from "../fields.ts";
import { openaiUsage } from "./chat-usage.ts";
import { createExecutedTools } from "./executed-tools.ts";
import { createLikeChunk } from "./like-chunk.ts";
import { statedUsageCost } from "./stated-usage-cost.ts";
import { utf8Bytes } from "../utf8.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { JsonObject, Reading, StreamReader } from "../wire.ts";

// https://platform.openai.com/docs/api-reference/chat-streaming

/**
 * Complete: `[DONE]` was seen, or (for providers that leave it out) every choice finished and usage was stated. The
 * last usage that isn't null wins: nulls stand in the chunks before, and one can follow. So does the last cost, where the
 * provider is known to state it.
 */
export function openaiChatReader({
  hideUsage,
  statesCost,
}: {
  hideUsage: boolean;
  statesCost: boolean;
}): StreamReader {
  const open = new Set<number>();
  let finished = false;
  let done = false;
  let usage: Usage | null = null;
  let failed = false;
  let generatedBytes = 0;
  let model: string | undefined;
  let serviceTier: string | undefined;
  let costNanoUsd: number | undefined;
  const executed = createExecutedTools();
  const like = createLikeChunk();

  function readChoice(choice: JsonObject): void {
    generatedBytes += generatedIn(asObject(choice["delta"])) + utf8Bytes(choice["text"]);
    const index = typeof choice["index"] === "number" ? choice["index"] : 0;
    executed.take(asObject(choice["delta"]), index);
    if (choice["finish_reason"] !== undefined && choice["finish_reason"] !== null) {
      open.delete(index);
      finished = true;
    } else if (open.size < MAX_CHOICES) {
      open.add(index);
    }
  }

  return {
    push({ event, data }) {
      if (data.startsWith(DONE)) {
        done = true;
        return "pass";
      }
      // All else that it says was said by the chunk before it, word for word, and no other has come in between.
      const likeBytes = event === "" ? like.bytesOf(data) : undefined;
      if (likeBytes !== undefined) {
        generatedBytes += likeBytes;
        return "pass";
      }
      const chunk = parsedEvent(data);
      if (!chunk) return "pass";
      const bytesBefore = generatedBytes;
      if (isError(chunk) || event === "error") failed = true;
      model = asText(chunk["model"]) ?? model;
      serviceTier = asText(chunk["service_tier"]) ?? serviceTier;
      const choices = asArray(chunk["choices"]);
      for (const choice of choices) readChoice(asObject(choice) ?? {});
      const text = choices.length === 1 ? asObject(asObject(choices[0])?.["delta"])?.["content"] : undefined;
      like.parsed(data, text, generatedBytes - bytesBefore);
      const said = usageIn(chunk, choices);
      if (statesCost) costNanoUsd = statedUsageCost(said) ?? costNanoUsd;
      const stated = openaiUsage(said, model);
      if (!stated) return "pass";
      usage = stated;
      // Only the chunk that `include_usage` adds: one with choices is the provider's own way.
      return hideUsage && choices.length === 0 && asObject(chunk["usage"]) ? "hide" : "pass";
    },
    reading: () => ({
      usage: executed.within(usage),
      complete: done || (usage !== null && finished && open.size === 0 && !failed),
      failed,
      generatedBytes,
      ...(model !== undefined && { model }),
      ...(serviceTier !== undefined && { serviceTier }),
      ...(costNanoUsd !== undefined && { costNanoUsd }),
    }),
  };
}

/** Reads a unary answer. */
export function readOpenaiChatBody(
  status: number,
  body: unknown,
  { statesCost }: { statesCost: boolean },
): Reading {
  const answer = asObject(body);
  const choices = asArray(answer?.["choices"]);
  const model = asText(answer?.["model"]);
  const serviceTier = asText(answer?.["service_tier"]);
  const said = answer && usageIn(answer, choices);
  const costNanoUsd = statesCost ? statedUsageCost(said) : undefined;
  let generatedBytes = 0;
  const executed = createExecutedTools();
  for (const [index, item] of choices.entries()) {
    const choice = asObject(item);
    executed.take(asObject(choice?.["message"]), index);
    generatedBytes += generatedIn(asObject(choice?.["message"])) + utf8Bytes(choice?.["text"]);
  }
  return {
    usage: executed.within(openaiUsage(said, model)),
    complete: answer !== null,
    failed: status >= 400 || (answer !== null && isError(answer)),
    generatedBytes,
    ...(model !== undefined && { model }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

const DONE = "[DONE]";

function isError(chunk: JsonObject): boolean {
  const error = chunk["error"];
  return error !== undefined && error !== null && error !== false;
}

/** Groq states it under `x_groq`, Moonshot in the choice. */
function usageIn(chunk: JsonObject, choices: unknown[]): unknown {
  return chunk["usage"] ?? asObject(chunk["x_groq"])?.["usage"] ?? asObject(choices[0])?.["usage"];
}

/** The bytes of a message or a delta that the model wrote. Reasoning has two names among compatible providers. */
function generatedIn(message: JsonObject | null): number {
  if (!message) return 0;
  let bytes = contentBytes(message["content"]) + utf8Bytes(message["refusal"]);
  bytes += utf8Bytes(message["reasoning_content"]) || utf8Bytes(message["reasoning"]);
  bytes += utf8Bytes(asObject(message["audio"])?.["transcript"]);
  bytes += callBytes(asObject(message["function_call"]));
  for (const call of asArray(message["tool_calls"])) {
    const tool = asObject(call);
    bytes += callBytes(asObject(tool?.["function"]) ?? asObject(tool?.["custom"]));
  }
  return bytes;
}

function callBytes(call: JsonObject | null): number {
  return utf8Bytes(call?.["name"]) + utf8Bytes(call?.["arguments"]) + utf8Bytes(call?.["input"]);
}

/** Thinking stands one level inside content; anything deeper is no provider's answer. */
const MAX_CONTENT_DEPTH = 4;

/** Text, or (Mistral) an array of parts. */
function contentBytes(content: unknown, depth = 0): number {
  if (!Array.isArray(content)) return utf8Bytes(content);
  if (depth > MAX_CONTENT_DEPTH) return 0;
  let bytes = 0;
  for (const item of content) {
    const part = asObject(item);
    bytes += utf8Bytes(part?.["text"]) + contentBytes(asArray(part?.["thinking"]), depth + 1);
  }
  return bytes;
}
