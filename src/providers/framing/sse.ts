import type { StreamEvent } from "../wire.ts";
import { createEventBytes } from "./event-bytes.ts";
import { MAX_EVENT_BYTES, type Splitter, type StreamBlock } from "./splitter.ts";

const LF = 10;
const CR = 13;

/**
 * Splits a server-sent event stream. A block is an event with its blank line, so that dropping it leaves no trace.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 *
 * A carriage return at the end of a chunk waits for the next byte, because a line feed would belong to it: the blocks
 * are the same however the stream was cut. The standard drops a last event with no blank line after it; providers end
 * with one, so it is read.
 */
export function createSseSplitter(maxEventBytes = MAX_EVENT_BYTES): Splitter {
  const event = createEventBytes(maxEventBytes);
  let lineIsEmpty = true;
  let afterCr = false;
  let crEndedBlank = false;
  let atStart = true;

  function finish(bytes: Uint8Array): StreamBlock[] {
    const found = event.finish(bytes, (raw) => parseBlock(raw, atStart));
    if (found.length > 0) atStart = false;
    return found;
  }

  return {
    push(bytes) {
      const blocks: StreamBlock[] = [];
      if (bytes.length === 0) return blocks;
      let start = 0;
      let position = 0;
      if (afterCr) {
        afterCr = false;
        lineIsEmpty = true;
        if (bytes[0] === LF) position = 1;
        if (crEndedBlank) {
          blocks.push(...finish(bytes.subarray(0, position)));
          start = position;
        }
      }
      // Each kind of line end is searched for once over a stretch without it, so this is linear for any mix.
      let nextCr = bytes.indexOf(CR, position);
      let nextLf = bytes.indexOf(LF, position);
      while (position < bytes.length) {
        if (nextCr !== -1 && nextCr < position) nextCr = bytes.indexOf(CR, position);
        if (nextLf !== -1 && nextLf < position) nextLf = bytes.indexOf(LF, position);
        const isCr = nextCr !== -1 && (nextLf === -1 || nextCr < nextLf);
        const lineEnd = isCr ? nextCr : nextLf;
        if (lineEnd === -1) {
          lineIsEmpty = false;
          break;
        }
        const blank = lineIsEmpty && lineEnd === position;
        position = lineEnd + 1;
        if (isCr && position === bytes.length) {
          afterCr = true;
          crEndedBlank = blank;
          break;
        }
        if (isCr && bytes[position] === LF) position++;
        lineIsEmpty = true;
        if (blank) {
          blocks.push(...finish(bytes.subarray(start, position)));
          start = position;
        }
      }
      const passed = event.hold(bytes.subarray(start));
      if (passed.length > 0) atStart = false;
      return [...blocks, ...passed];
    },
    end: () => finish(new Uint8Array(0)),
  };
}

// A line's end is ASCII, so a block decodes as its lines would. `ignoreBOM` keeps a U+FEFF inside the stream: only the
// stream's first one is a mark.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const BYTE_ORDER_MARK = "\uFEFF";

function parseBlock(raw: Uint8Array, atStart: boolean): StreamEvent | null {
  const text = decoder.decode(raw);
  // A CRLF then ends a line and an empty one, which means nothing inside a block.
  const lines = text.includes("\r") ? text.replaceAll("\r", "\n") : text;
  let data: string | null = null;
  let event = "";
  let position = atStart && text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  while (position < lines.length) {
    const lf = lines.indexOf("\n", position);
    const end = lf === -1 ? lines.length : lf;
    const value = fieldAt("data", { lines, position, end });
    if (value !== null) data = data === null ? value : `${data}\n${value}`;
    else event = fieldAt("event", { lines, position, end }) ?? event;
    position = end + 1;
  }
  return data === null ? null : { event, data };
}

/** The field's value where the line has that field, without the one space that may follow the colon. */
function fieldAt(
  name: string,
  { lines, position, end }: { lines: string; position: number; end: number },
): string | null {
  if (!lines.startsWith(name, position)) return null;
  const colon = position + name.length;
  if (colon === end) return "";
  if (lines[colon] !== ":") return null;
  return lines.slice(lines[colon + 1] === " " ? colon + 2 : colon + 1, end);
}
