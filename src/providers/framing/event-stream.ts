import { crc32 } from "./crc32.ts";
import { createEventBytes } from "./event-bytes.ts";
import { readEventHeaders } from "./event-stream-headers.ts";
import { MAX_EVENT_BYTES, type Splitter, type StreamBlock } from "./splitter.ts";
import type { StreamEvent } from "../wire.ts";

/** Total length, headers' length, and the CRC of both; all 32 bits, the highest byte first. */
const PRELUDE_BYTES = 12;
const LENGTH_BYTES = 4;
const CRC_BYTES = 4;
const LEAST_BYTES = PRELUDE_BYTES + CRC_BYTES;

/**
 * Splits AWS's binary event stream (`application/vnd.amazon.eventstream`), in which Bedrock answers: each message is
 * an event with its payload as the data. https://smithy.io/2.0/aws/amazon-eventstream.html
 *
 * An event is named by its `:event-type`; an exception or an error `exception:` and its type or code. A message with a
 * wrong checksum passes unread, as does one that the stream ends in. Behind a length that can't be, nobody knows where
 * the next message begins: the rest passes unread.
 */
export function createEventStreamSplitter(maxEventBytes = MAX_EVENT_BYTES): Splitter {
  const message = createEventBytes(maxEventBytes);
  let length = 0;
  let seen = 0;
  let lost = false;

  /** Behind the message's last byte in this chunk. Its length may itself come in pieces. */
  function step(bytes: Uint8Array, start: number): number {
    let position = start;
    for (; seen < LENGTH_BYTES && position < bytes.length; seen++) {
      length = length * 256 + (bytes[position++] ?? 0);
    }
    if (seen < LENGTH_BYTES) return position;
    lost = length < LEAST_BYTES || length > maxEventBytes;
    if (lost) return bytes.length;
    const taken = Math.min(length - seen, bytes.length - position);
    seen += taken;
    return position + taken;
  }

  return {
    push(bytes) {
      const blocks: StreamBlock[] = [];
      let position = 0;
      while (position < bytes.length) {
        const start = position;
        position = lost ? bytes.length : step(bytes, start);
        const piece = bytes.subarray(start, position);
        if (lost) {
          blocks.push(...message.finish(piece, () => null).map(({ raw }) => unread(raw)));
        } else if (seen >= LENGTH_BYTES && seen === length) {
          blocks.push(...message.finish(piece, readMessage));
          seen = length = 0;
        } else {
          blocks.push(...message.hold(piece));
        }
      }
      return blocks;
    },
    end: () => message.finish(new Uint8Array(0), () => null),
  };
}

const unread = (raw: Uint8Array): StreamBlock => ({ raw, parsed: null, unread: true });

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** `raw` is as long as it says. Null where it isn't whole or isn't well formed. */
function readMessage(raw: Uint8Array): StreamEvent | null {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const payloadStart = PRELUDE_BYTES + view.getUint32(LENGTH_BYTES);
  const payloadEnd = raw.length - CRC_BYTES;
  if (payloadStart > payloadEnd) return null;
  if (view.getUint32(PRELUDE_BYTES - CRC_BYTES) !== crc32(raw.subarray(0, PRELUDE_BYTES - CRC_BYTES))) {
    return null;
  }
  if (view.getUint32(payloadEnd) !== crc32(raw.subarray(0, payloadEnd))) return null;
  const headers = readEventHeaders(raw.subarray(PRELUDE_BYTES, payloadStart));
  if (!headers) return null;
  return { event: eventName(headers), data: decoder.decode(raw.subarray(payloadStart, payloadEnd)) };
}

/** An exception is one that the service's model names; an error is any other, and has a code in place of a type. */
function eventName(headers: Map<string, string>): string {
  const kind = headers.get(":message-type");
  if (kind !== "exception" && kind !== "error") return headers.get(":event-type") ?? "";
  return `exception:${headers.get(":exception-type") ?? headers.get(":error-code") ?? ""}`;
}
