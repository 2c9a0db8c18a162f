import type { StreamEvent } from "../wire.ts";

// Splits a server-sent event stream without losing a byte: the raw blocks, joined, are the input.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/** A run of bytes that ends with an event's blank line. */
export interface SseBlock {
  raw: Uint8Array;
  /** Null where the bytes dispatch no event: comments, blank lines, or an event that is too large to be read. */
  parsed: StreamEvent | null;
}

export interface SseSplitter {
  push(bytes: Uint8Array): SseBlock[];
  /** What is left. The standard drops an event with no blank line after it; providers end with one, so it is read. */
  end(): SseBlock[];
}

/** A larger event passes unread, in pieces as they come: memory doesn't grow with what a provider sends. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

const LF = 10;
const CR = 13;
const FIRST_BUFFER_BYTES = 4096;

/**
 * `raw` may share memory with the bytes pushed: don't change those. A carriage return at the end of a chunk waits for
 * the next byte, because a line feed would belong to it: the blocks are the same however the stream was cut.
 */
export function createSseSplitter(maxEventBytes = MAX_EVENT_BYTES): SseSplitter {
  let held = new Uint8Array(0);
  let heldBytes = 0;
  let lineIsEmpty = true;
  let afterCr = false;
  let crEndedBlank = false;
  let passing = false;
  let atStart = true;

  function keep(bytes: Uint8Array): void {
    if (heldBytes + bytes.length > held.length) {
      const larger = new Uint8Array(Math.max(FIRST_BUFFER_BYTES, held.length * 2, heldBytes + bytes.length));
      larger.set(held.subarray(0, heldBytes));
      held = larger;
    }
    held.set(bytes, heldBytes);
    heldBytes += bytes.length;
  }

  function take(bytes: Uint8Array): Uint8Array {
    if (heldBytes === 0) return bytes;
    const whole = new Uint8Array(heldBytes + bytes.length);
    whole.set(held.subarray(0, heldBytes));
    whole.set(bytes, heldBytes);
    // The buffer goes too: a stream in which one event was large shouldn't hold its size to the end.
    held = new Uint8Array(0);
    heldBytes = 0;
    return whole;
  }

  function finish(bytes: Uint8Array, blocks: SseBlock[]): void {
    const raw = take(bytes);
    if (raw.length > 0) {
      const unread = passing || raw.length > maxEventBytes;
      blocks.push({ raw, parsed: unread ? null : parseBlock(raw, atStart) });
      atStart = false;
    }
    passing = false;
  }

  return {
    push(bytes) {
      const blocks: SseBlock[] = [];
      if (bytes.length === 0) return blocks;
      let start = 0;
      let position = 0;
      if (afterCr) {
        afterCr = false;
        lineIsEmpty = true;
        if (bytes[0] === LF) position = 1;
        if (crEndedBlank) {
          finish(bytes.subarray(0, position), blocks);
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
          finish(bytes.subarray(start, position), blocks);
          start = position;
        }
      }
      const rest = bytes.subarray(start);
      if (passing || heldBytes + rest.length > maxEventBytes) {
        passing = true;
        const raw = take(rest);
        if (raw.length > 0) blocks.push({ raw, parsed: null });
        atStart = false;
      } else if (rest.length > 0) {
        keep(rest);
      }
      return blocks;
    },
    end() {
      const blocks: SseBlock[] = [];
      finish(new Uint8Array(0), blocks);
      return blocks;
    },
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
