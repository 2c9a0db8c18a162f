import { createSseSplitter } from "../../src/providers/framing/sse.ts";
import { routeIn, type Provider } from "../../src/providers/provider.ts";
import type { AnsweredCall, JsonObject, StreamReader, Wire } from "../../src/providers/wire.ts";

/** Pushes events, given as JSON or as text, and returns what each one's verdict was. */
export function pushAll(reader: StreamReader, events: (JsonObject | string)[]): ("pass" | "hide")[] {
  return events.map((data) =>
    reader.push({ event: "", data: typeof data === "string" ? data : JSON.stringify(data) }),
  );
}

/** Reads a stream's text as it would come over the wire, cut into pieces of so many bytes. */
export function readStream(reader: StreamReader, text: string, pieceBytes = 7): void {
  const splitter = createSseSplitter();
  const bytes = new TextEncoder().encode(text);
  const blocks = [];
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    blocks.push(...splitter.push(bytes.subarray(start, start + pieceBytes)));
  }
  blocks.push(...splitter.end());
  for (const { parsed } of blocks) if (parsed) reader.push(parsed);
}

export function factsOf(wire: Wire, body: JsonObject) {
  const understood = wire.understand(body, "/");
  if ("invalid" in understood) throw new Error(understood.invalid.message);
  return understood.facts;
}

export function faultOf(wire: Wire, body: JsonObject): string | null {
  const understood = wire.understand(body, "/");
  if ("facts" in understood) throw new Error("the body was understood");
  return understood.invalid.param;
}

/** A call of which nothing is known: for formats whose answers say all that there is. */
const UNKNOWN_CALL: AnsweredCall = {
  body: {},
  facts: { model: "", stream: false, choices: 1, usageAsked: true },
  headers: new Headers(),
};

export function streamReaderOf(
  wire: Wire,
  options: { hideUsage: boolean },
  call: Partial<AnsweredCall> = {},
): StreamReader {
  return wire.streamReader(options, { ...UNKNOWN_CALL, ...call });
}

export function readBodyOf(wire: Wire, status: number, body: unknown, call: Partial<AnsweredCall> = {}) {
  return wire.readBody(status, body, { ...UNKNOWN_CALL, ...call });
}

export function extrasOf(wire: Wire, body: JsonObject) {
  return wire.inputExtras(body, UNKNOWN_CALL.facts);
}

/** The format in which a provider's own path is metered. */
export function wireAt(provider: Provider, path: string): Wire {
  const metering = routeIn(provider, "POST", path)?.metering;
  if (!metering || metering === "free") throw new Error(`${path} isn't metered`);
  return metering;
}
