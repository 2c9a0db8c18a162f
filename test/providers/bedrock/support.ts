import { expect } from "vitest";
import { createEventStreamSplitter } from "../../../src/providers/framing/event-stream.ts";
import type { AnsweredCall, CallFacts, JsonObject, Reading, Wire } from "../../../src/providers/wire.ts";
import { event, frame } from "../framing/event-stream-frames.ts";

/** A path of Bedrock's, with the model encoded as AWS's SDKs do. */
export function pathOf(model: string, operation = "converse"): string {
  return `/model/${encodeURIComponent(model)}/${operation}`;
}

export function understood(
  wire: Wire,
  body: JsonObject,
  {
    model = "us.amazon.nova-lite-v1:0",
    headers = {},
  }: { model?: string; headers?: Record<string, string> } = {},
): CallFacts {
  const read = wire.understand(body, pathOf(model), new Headers(headers));
  if ("invalid" in read) throw new Error(read.invalid.message);
  return read.facts;
}

export function faultIn(wire: Wire, body: JsonObject, model = "us.amazon.nova-lite-v1:0"): string | null {
  const read = wire.understand(body, pathOf(model), new Headers());
  if ("facts" in read) throw new Error("the body was understood");
  return read.invalid.param;
}

export function answered(facts: Partial<CallFacts> = {}, headers: Record<string, string> = {}): AnsweredCall {
  return {
    body: {},
    facts: { model: "m", stream: false, choices: 1, usageAsked: true, ...facts },
    headers: new Headers(headers),
  };
}

export type Frame = [event: string, payload: unknown];

/** Reads frames as they come over the wire, in pieces of so many bytes. Nothing of them is ever hidden. */
export function readFrames(wire: Wire, frames: Frame[], call = answered(), pieceBytes = 7): Reading {
  const reader = wire.streamReader({ hideUsage: false }, call);
  const splitter = createEventStreamSplitter();
  const bytes = Buffer.concat(frames.map(frameOf));
  const blocks = [];
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    blocks.push(...splitter.push(bytes.subarray(start, start + pieceBytes)));
  }
  blocks.push(...splitter.end());
  for (const { parsed } of blocks) if (parsed) expect(reader.push(parsed)).toBe("pass");
  return reader.reading();
}

/** InvokeModel's: each of the model's own events in base64. */
export function chunk(event: unknown): Frame {
  return ["chunk", { bytes: Buffer.from(JSON.stringify(event)).toString("base64"), p: "abcd" }];
}

/** As the splitter names them: an exception is a frame of another kind. */
function frameOf([name, payload]: Frame): Uint8Array {
  const text = JSON.stringify(payload);
  const exception = /^exception:(.*)$/.exec(name)?.[1];
  if (exception === undefined) return event(name, text);
  return frame({ ":exception-type": exception, ":message-type": "exception" }, text);
}
