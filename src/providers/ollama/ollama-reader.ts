import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Reading, StreamReader } from "../wire.ts";

// https://docs.ollama.com/api/streaming

/** Complete: the line that says `done` was seen. */
export function ollamaReader(): StreamReader {
  let seen = NOTHING;
  return {
    push({ data }) {
      const line = parsed(data);
      if (line) seen = withLine(seen, line);
      return "pass";
    },
    reading: () => seen,
  };
}

/** Reads a unary answer, which is the one line of a stream that is no stream. */
export function readOllamaBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const reading = answer ? withLine(NOTHING, answer) : NOTHING;
  return { ...reading, complete: answer !== null, failed: reading.failed || status >= 400 };
}

/** Input without a count is unknown: older versions leave it out where the prompt was cached. */
export function ollamaUsage(line: JsonObject): Usage | null {
  const input_total = tokenCount(line["prompt_eval_count"]);
  const output_total = tokenCount(line["eval_count"]);
  if (input_total === undefined && output_total === undefined) return null;
  return {
    ...(input_total !== undefined && { input_total }),
    ...(output_total !== undefined && { output_total }),
  };
}

const NOTHING: Reading = { usage: null, complete: false, failed: false, generatedBytes: 0 };

function withLine(seen: Reading, line: JsonObject): Reading {
  const model = asText(line["model"]) ?? seen.model;
  return {
    usage: ollamaUsage(line) ?? seen.usage,
    complete: seen.complete || line["done"] === true,
    failed: seen.failed || asText(line["error"]) !== undefined || asObject(line["error"]) !== null,
    generatedBytes: seen.generatedBytes + generatedIn(line),
    ...(model !== undefined && { model }),
  };
}

/** Generate writes beside the line's other members, chat into a message. */
function generatedIn(line: JsonObject): number {
  const message = asObject(line["message"]);
  let bytes = utf8Bytes(line["response"]) + utf8Bytes(line["thinking"]);
  bytes += utf8Bytes(message?.["content"]) + utf8Bytes(message?.["thinking"]);
  for (const item of asArray(message?.["tool_calls"])) {
    const call = asObject(asObject(item)?.["function"]);
    bytes += utf8Bytes(call?.["name"]);
    if (asObject(call?.["arguments"])) bytes += utf8Bytes(JSON.stringify(call?.["arguments"]));
  }
  return bytes;
}

function parsed(data: string): JsonObject | null {
  if (!data.startsWith("{")) return null;
  try {
    return asObject(JSON.parse(data));
  } catch {
    // Not ours to judge: the client gets the bytes as they are.
    return null;
  }
}
