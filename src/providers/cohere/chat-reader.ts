import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { parsedEvent } from "../parsed-event.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Reading, StreamReader } from "../wire.ts";
import { billedUsage } from "./billed-units.ts";

/**
 * Complete: the last event was seen. `message-end` of the second version (https://docs.cohere.com/docs/streaming),
 * `stream-end` of the first, and of completions the line that says `is_finished`.
 */
export function cohereChatReader(): StreamReader {
  let usage: Usage | null = null;
  let complete = false;
  let failed = false;
  let generatedBytes = 0;

  return {
    push({ event, data }) {
      const message = parsedEvent(data);
      if (!message) return "pass";
      const type = asText(message["type"]) ?? asText(message["event_type"]) ?? event;
      const delta = asObject(message["delta"]);
      const response = asObject(message["response"]);
      if (type === "message-end" || type === "stream-end" || message["is_finished"] === true) {
        complete = true;
        usage = billedUsage(delta?.["usage"]) ?? billedUsage(response?.["meta"]) ?? usage;
        if (isFailure(delta ?? message)) failed = true;
        // Its `response` repeats all of the text.
        return "pass";
      }
      if (type === "error" || isFailure(message)) failed = true;
      generatedBytes += delta ? partBytes(asObject(delta["message"])) : firstVersionBytes(message);
      return "pass";
    },
    reading: () => ({ usage, complete, failed, generatedBytes }),
  };
}

/** Reads a unary answer. It names no model. */
export function readCohereChatBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  let generatedBytes = 0;
  if (answer) {
    generatedBytes += partBytes(asObject(answer["message"])) + firstVersionBytes(answer);
    for (const made of asArray(answer["generations"])) generatedBytes += utf8Bytes(asObject(made)?.["text"]);
  }
  return {
    usage: billedUsage(answer?.["usage"]) ?? billedUsage(answer?.["meta"]),
    complete: answer !== null,
    failed: status >= 400 || (answer !== null && isFailure(answer)),
    generatedBytes,
  };
}

function isFailure(holder: JsonObject): boolean {
  const reason = asText(holder["finish_reason"]) ?? "";
  return reason.startsWith("ERROR") || (holder["error"] ?? false) !== false;
}

/** The bytes of a message, or of a delta, that the model wrote. A delta has one part where a message has an array. */
function partBytes(message: JsonObject | null): number {
  if (!message) return 0;
  let bytes = utf8Bytes(message["tool_plan"]);
  for (const item of listed(message["content"])) {
    const part = asObject(item);
    bytes += part ? utf8Bytes(part["text"]) + utf8Bytes(part["thinking"]) : utf8Bytes(item);
  }
  for (const item of listed(message["tool_calls"])) {
    const called = asObject(asObject(item)?.["function"]);
    bytes += utf8Bytes(called?.["name"]) + utf8Bytes(called?.["arguments"]);
  }
  return bytes;
}

function firstVersionBytes(message: JsonObject): number {
  let bytes = utf8Bytes(message["text"]);
  for (const item of asArray(message["tool_calls"])) {
    const call = asObject(item);
    if (call) bytes += utf8Bytes(call["name"]) + utf8Bytes(JSON.stringify(call["parameters"] ?? ""));
  }
  const delta = asObject(message["tool_call_delta"]);
  return bytes + utf8Bytes(delta?.["name"]) + utf8Bytes(delta?.["parameters"]);
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
