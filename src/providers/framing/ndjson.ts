import type { StreamEvent } from "../wire.ts";
import { createEventBytes } from "./event-bytes.ts";
import { MAX_EVENT_BYTES, type Splitter, type StreamBlock } from "./splitter.ts";

const LF = 10;

/**
 * Splits a stream of one JSON text a line, as Ollama's: each line is an event, with its text as the data. Lines end
 * with LF or CRLF, the last one also with the stream; blank ones are no events. A carriage return alone is white space
 * of JSON and ends no line. https://github.com/ndjson/ndjson-spec
 */
export function createNdjsonSplitter(maxEventBytes = MAX_EVENT_BYTES): Splitter {
  const line = createEventBytes(maxEventBytes);
  let atStart = true;

  function finish(bytes: Uint8Array): StreamBlock[] {
    const found = line.finish(bytes, (raw) => parseLine(raw, atStart));
    if (found.length > 0) atStart = false;
    return found;
  }

  return {
    push(bytes) {
      const blocks: StreamBlock[] = [];
      let start = 0;
      for (let lf = bytes.indexOf(LF); lf !== -1; lf = bytes.indexOf(LF, start)) {
        blocks.push(...finish(bytes.subarray(start, lf + 1)));
        start = lf + 1;
      }
      const passed = line.hold(bytes.subarray(start));
      if (passed.length > 0) atStart = false;
      return [...blocks, ...passed];
    },
    end: () => finish(new Uint8Array(0)),
  };
}

// A line's end is ASCII, so a line is never cut inside a character. A byte order mark is one at the stream's start only.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const BYTE_ORDER_MARK = "\uFEFF";
const LINE_END = /\r?\n$/;
/** Not `trim`: it takes more for white space than JSON does. */
const NOT_BLANK = /[^ \t\r\n]/;

function parseLine(raw: Uint8Array, atStart: boolean): StreamEvent | null {
  const text = decoder.decode(raw);
  const data = text.slice(atStart && text.startsWith(BYTE_ORDER_MARK) ? 1 : 0).replace(LINE_END, "");
  return NOT_BLANK.test(data) ? { event: "", data } : null;
}
