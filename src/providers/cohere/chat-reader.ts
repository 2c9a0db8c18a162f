import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Reading, StreamReader } from "../wire.ts";
import { cohereCounts, hasFailed } from "./cohere-usage.ts";

// https://docs.cohere.com/docs/streaming and, for the first version, https://docs.cohere.com/v1/docs/streaming

/** Complete: `message-end` (v2) or `stream-end` (v1) was seen. The first version comes as lines or as events. */
export function cohereChatReader(): StreamReader {
  let usage: Usage | null = null;
  let complete = false;
  let failed = false;
  let generatedBytes = 0;

  function end(holder: JsonObject | null, counts: unknown): void {
    complete = true;
    failed ||= hasFailed(holder);
    usage = cohereCounts(counts).usage ?? usage;
  }

  function read(event: JsonObject): void {
    const delta = asObject(event["delta"]);
    switch (event["type"] ?? event["event_type"]) {
      case "message-end":
        end(delta, delta?.["usage"]);
        return;
      case "stream-end": {
        const response = asObject(event["response"]);
        end(event, response?.["meta"] ?? event["meta"]);
        return;
      }
      case "stream-error":
      case "error":
        failed = true;
        return;
      case "text-generation":
        generatedBytes += utf8Bytes(event["text"]);
        return;
      case "tool-calls-chunk": {
        const call = asObject(event["tool_call_delta"]);
        generatedBytes += utf8Bytes(call?.["name"]) + utf8Bytes(call?.["parameters"]);
        generatedBytes += utf8Bytes(event["text"]) + utf8Bytes(call?.["text"]);
        return;
      }
    }
    const message = asObject(delta?.["message"]);
    if (message) generatedBytes += messageBytes(message);
    // An answer that fails on its way says so in the words of an error's body.
    else if (asText(event["message"]) !== undefined) failed = true;
  }

  return {
    push({ event, data }) {
      const message = parsed(data);
      if (message) read(message);
      else if (event === "error") failed = true;
      return "pass";
    },
    reading: () => ({ usage, complete, failed, generatedBytes }),
  };
}

/** Reads a unary answer: v2's `message`, v1's `text`, or the `generations` of generate. */
export function readCohereChat(status: number, body: unknown): Reading {
  const answer = asObject(body);
  let generatedBytes = utf8Bytes(answer?.["text"]) + callBytes(answer?.["tool_calls"]);
  generatedBytes += messageBytes(asObject(answer?.["message"]));
  for (const item of asArray(answer?.["generations"])) generatedBytes += utf8Bytes(asObject(item)?.["text"]);
  return {
    usage: cohereCounts(answer?.["usage"] ?? answer?.["meta"]).usage,
    complete: answer !== null,
    failed: status >= 400 || hasFailed(answer),
    generatedBytes: status >= 400 ? 0 : generatedBytes,
  };
}

/** A whole message, or a delta of one, whose parts stand alone. */
function messageBytes(message: JsonObject | null): number {
  if (!message) return 0;
  let bytes = utf8Bytes(message["tool_plan"]) + callBytes(message["tool_calls"]);
  const content = message["content"];
  if (typeof content === "string") return bytes + utf8Bytes(content);
  for (const item of listOf(content)) {
    const part = asObject(item);
    bytes += utf8Bytes(part?.["text"]) + utf8Bytes(part?.["thinking"]);
  }
  return bytes;
}

/** v2's calls have a function with arguments, v1's a name with parameters. */
function callBytes(calls: unknown): number {
  let bytes = 0;
  for (const item of listOf(calls)) {
    const call = asObject(item);
    const named = asObject(call?.["function"]) ?? call;
    const parameters = asObject(named?.["parameters"]);
    bytes += utf8Bytes(named?.["name"]) + utf8Bytes(named?.["arguments"]);
    if (parameters) bytes += utf8Bytes(JSON.stringify(parameters));
  }
  return bytes;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
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
