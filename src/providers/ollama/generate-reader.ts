import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { parsedEvent } from "../parsed-event.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Reading, StreamReader } from "../wire.ts";

// Each line of a stream is an answer of its own; the last one says `done` and states the counts of all.
// https://docs.ollama.com/api#response

/** Complete: the line with `done` was seen. */
export function ollamaReader(): StreamReader {
  let usage: Usage | null = null;
  let complete = false;
  let failed = false;
  let generatedBytes = 0;
  let model: string | undefined;

  return {
    push({ data }) {
      const line = parsedEvent(data);
      if (!line) return "pass";
      if (isError(line)) failed = true;
      if (line["done"] === true) complete = true;
      usage = ollamaUsage(line) ?? usage;
      model = asText(line["model"]) ?? model;
      generatedBytes += generatedIn(line);
      return "pass";
    },
    reading: () => ({ usage, complete, failed, generatedBytes, ...(model !== undefined && { model }) }),
  };
}

/** Reads a unary answer. */
export function readOllamaBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const model = asText(answer?.["model"]);
  return {
    usage: answer && ollamaUsage(answer),
    complete: answer !== null,
    failed: status >= 400 || (answer !== null && isError(answer)),
    generatedBytes: answer ? generatedIn(answer) : 0,
    ...(model !== undefined && { model }),
  };
}

/** Null where neither count was stated. */
export function ollamaUsage(answer: JsonObject): Usage | null {
  const input_total = tokenCount(answer["prompt_eval_count"]);
  const output_total = tokenCount(answer["eval_count"]);
  if (input_total === undefined && output_total === undefined) return null;
  return {
    ...(input_total !== undefined && { input_total }),
    ...(output_total !== undefined && { output_total }),
  };
}

export function isError(answer: JsonObject): boolean {
  const error = answer["error"] ?? false;
  return error !== false;
}

/** Of a chat's message, or of a completion, whose text stands beside it. */
function generatedIn(answer: JsonObject): number {
  const message = asObject(answer["message"]);
  let bytes = utf8Bytes(answer["response"]) + utf8Bytes(answer["thinking"]);
  bytes += utf8Bytes(message?.["content"]) + utf8Bytes(message?.["thinking"]);
  for (const call of asArray(message?.["tool_calls"])) {
    const called = asObject(asObject(call)?.["function"]);
    if (called) bytes += utf8Bytes(called["name"]) + utf8Bytes(JSON.stringify(called["arguments"] ?? ""));
  }
  return bytes;
}
