import type { StreamEvent } from "../wire.ts";
import { createEventBytes } from "./event-bytes.ts";
import { MAX_EVENT_BYTES, type Splitter, type StreamBlock } from "./splitter.ts";

/**
 * Splits a stream that is one JSON array, as Gemini's without `alt=sse`: each element that is an object is an event,
 * with its text as the data. What stands between is no event, nor is any other element. Where a single object comes in
 * the array's place, as an error does, it is the one event. What begins with neither passes unread.
 * https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 *
 * It looks for an element's end only: whether its text is JSON is for its reader to find out. An element whose end
 * never comes is none.
 */
export function createJsonArraySplitter(maxEventBytes = MAX_EVENT_BYTES): Splitter {
  const element = createEventBytes(maxEventBytes);
  let place: "before" | "between" | "inside" | "behind" = "before";
  let alone = false;
  // Of the element that is being read: how many brackets are open, and whether a string is.
  let depth = 0;
  let inString = false;
  let escaped = false;

  /** Behind the element's last byte; -1 where the element goes on in the next chunk. */
  function elementEnd(bytes: Uint8Array, start: number): number {
    for (let position = start; position < bytes.length; position++) {
      const byte = bytes[position];
      if (escaped) escaped = false;
      else if (byte === QUOTE) inString = !inString;
      else if (inString) escaped = byte === BACKSLASH;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      else continue;
      if (depth === 0 && !inString) {
        place = alone ? "behind" : "between";
        return position + 1;
      }
    }
    return -1;
  }

  /** Where the next element begins; behind the chunk where none does. */
  function elementStart(bytes: Uint8Array, start: number): number {
    for (let position = start; position < bytes.length && place !== "behind"; position++) {
      const byte = bytes[position] ?? 0;
      if (place === "before" ? byte === OPEN_BRACE : OPENS_ELEMENT.has(byte)) {
        alone = place === "before";
        place = "inside";
        return position;
      }
      if (place === "before" && byte === OPEN_BRACKET) place = "between";
      else if (place === "between" ? byte === CLOSE_BRACKET : !GOES_BEFORE.has(byte)) place = "behind";
    }
    return bytes.length;
  }

  return {
    push(bytes) {
      const blocks: StreamBlock[] = [];
      let position = 0;
      while (position < bytes.length) {
        const start = position;
        if (place !== "inside") {
          position = elementStart(bytes, start);
          if (position > start) blocks.push({ raw: bytes.subarray(start, position), parsed: null });
          continue;
        }
        const end = elementEnd(bytes, start);
        if (end === -1) return [...blocks, ...element.hold(bytes.subarray(start))];
        blocks.push(...element.finish(bytes.subarray(start, end), read));
        position = end;
      }
      return blocks;
    },
    end: () => element.finish(new Uint8Array(0), () => null),
  };
}

// The brackets are ASCII, so an element is never cut inside a character.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

function read(raw: Uint8Array): StreamEvent | null {
  return raw[0] === OPEN_BRACE ? { event: "", data: decoder.decode(raw) } : null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPENS_ELEMENT = new Set([OPEN_BRACE, OPEN_BRACKET, QUOTE]);
/** White space, and the three bytes of a byte order mark. */
const GOES_BEFORE = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
