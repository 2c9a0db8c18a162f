import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import { parsedEvent } from "../parsed-event.ts";
import type { AnsweredCall, JsonObject, Reading, StreamReader } from "../wire.ts";
import { converseUsage } from "./converse-usage.ts";
import { servedTier, tierServedInBody } from "./service-tier.ts";

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html

/** What the payloads of one stream have said. Its events' names stand in the frames, and inside InvokeModel around them. */
export interface ConverseSeen {
  usage: Usage | null;
  stopped: boolean;
  served: ReturnType<typeof tierServedInBody>;
  generatedBytes: number;
}

/**
 * Complete: the metadata that follows `messageStop` was seen, or (where a stream leaves it out) that event itself, and
 * then the usage is an estimate. Nothing is ever hidden: the usage comes unasked. The model isn't named in the answer.
 */
export function converseReader(call: AnsweredCall): StreamReader {
  const seen = nothingSeen();
  let failed = false;
  return {
    push({ event, data }) {
      if (isException(event)) failed = true;
      else takePayload(seen, parsedEvent(data));
      return "pass";
    },
    reading: () => readingOf(seen, { failed, complete: seen.usage !== null || seen.stopped, call }),
  };
}

export function nothingSeen(): ConverseSeen {
  return { usage: null, stopped: false, served: {}, generatedBytes: 0 };
}

/** An exception in place of an event, or of the stream's framing itself. */
export function isException(event: string): boolean {
  return event.startsWith("exception:");
}

/** One event's payload. Its kind is whatever members it has. */
export function takePayload(seen: ConverseSeen, payload: JsonObject | null): void {
  if (!payload) return;
  seen.generatedBytes += deltaBytes(asObject(payload["delta"]));
  seen.generatedBytes += utf8Bytes(asObject(asObject(payload["start"])?.["toolUse"])?.["name"]);
  if (typeof payload["stopReason"] === "string") seen.stopped = true;
  seen.usage = converseUsage(payload["usage"]) ?? seen.usage;
  seen.served = { ...seen.served, ...tierServedInBody(payload) };
}

/** Reads a unary answer. */
export function readConverseBody(status: number, body: unknown, call: AnsweredCall): Reading {
  const answer = asObject(body);
  const seen = nothingSeen();
  seen.usage = converseUsage(answer?.["usage"]);
  seen.served = tierServedInBody(answer);
  for (const block of asArray(asObject(asObject(answer?.["output"])?.["message"])?.["content"])) {
    seen.generatedBytes += blockBytes(asObject(block));
  }
  return readingOf(seen, { failed: status >= 400, complete: answer !== null, call });
}

function readingOf(
  { usage, served, generatedBytes }: ConverseSeen,
  { failed, complete, call }: { failed: boolean; complete: boolean; call: AnsweredCall },
): Reading {
  const serviceTier = servedTier(served, call);
  return { usage, complete, failed, generatedBytes, ...(serviceTier !== undefined && { serviceTier }) };
}

/** The bytes of a delta that the model wrote: text, reasoning, a tool's input. */
function deltaBytes(delta: JsonObject | null): number {
  if (!delta) return 0;
  return (
    utf8Bytes(delta["text"]) +
    utf8Bytes(asObject(delta["toolUse"])?.["input"]) +
    utf8Bytes(asObject(delta["reasoningContent"])?.["text"])
  );
}

function blockBytes(block: JsonObject | null): number {
  if (!block) return 0;
  const call = asObject(block["toolUse"]);
  const input = call?.["input"];
  let bytes = utf8Bytes(block["text"]) + utf8Bytes(call?.["name"]);
  if (input !== undefined) bytes += utf8Bytes(JSON.stringify(input));
  bytes += utf8Bytes(asObject(asObject(block["reasoningContent"])?.["reasoningText"])?.["text"]);
  for (const part of asArray(asObject(block["citationsContent"])?.["content"])) {
    bytes += utf8Bytes(asObject(part)?.["text"]);
  }
  return bytes;
}
