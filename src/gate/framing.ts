import { createEventStreamSplitter } from "../providers/framing/event-stream.ts";
import { createJsonArraySplitter } from "../providers/framing/json-array.ts";
import { createNdjsonSplitter } from "../providers/framing/ndjson.ts";
import { createSseSplitter } from "../providers/framing/sse.ts";
import type { Splitter } from "../providers/framing/splitter.ts";
import type { Wire } from "../providers/wire.ts";

/**
 * How an answer that comes bit by bit is cut into events, by its content type; null where it is read whole, so that its
 * cost can stand in its headers.
 */
export function splitterFor(contentType: string, wire: Wire, stream: boolean): Splitter | null {
  const [type = ""] = contentType.toLowerCase().split(";", 1);
  switch (type.trim()) {
    case "text/event-stream":
      return createSseSplitter();
    case "application/vnd.amazon.eventstream":
      return createEventStreamSplitter();
    case "application/x-ndjson":
    case "application/stream+json":
    case "application/jsonl":
      return createNdjsonSplitter();
    case "application/json":
      return stream && wire.streamsJsonArray ? createJsonArraySplitter() : null;
  }
  const opaque = /^(?:audio|video|image)\//.test(type) || type.trim() === "application/octet-stream";
  return opaque ? opaqueSplitter(wire) : null;
}

/** Bytes that say nothing of usage. Where no sound was asked for, what stands in them was written all the same. */
function opaqueSplitter({ answersSound }: Wire): Splitter {
  return {
    push: (raw) => [{ raw, parsed: null, ...(answersSound ? {} : { unread: true }) }],
    end: () => [],
  };
}
