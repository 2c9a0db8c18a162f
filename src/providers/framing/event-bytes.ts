import type { StreamEvent } from "../wire.ts";
import type { StreamBlock } from "./splitter.ts";

/** Gathers an event's bytes over the chunks that it comes in, up to a size; a larger one passes in pieces. */
export interface EventBytes {
  /** Bytes of an event that goes on behind them. A block comes out only where the event is too large to be held. */
  hold(bytes: Uint8Array): StreamBlock[];
  /** An event's last bytes. `read` gets the whole event, unless it was too large. No bytes at all are no block. */
  finish(bytes: Uint8Array, read: (raw: Uint8Array) => StreamEvent | null): StreamBlock[];
}

const FIRST_BUFFER_BYTES = 4096;

export function createEventBytes(maxEventBytes: number): EventBytes {
  let held = new Uint8Array(0);
  let heldBytes = 0;
  let passing = false;

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

  return {
    hold(bytes) {
      if (!passing && heldBytes + bytes.length <= maxEventBytes) {
        keep(bytes);
        return [];
      }
      passing = true;
      const raw = take(bytes);
      return raw.length > 0 ? [{ raw, parsed: null, unread: true }] : [];
    },
    finish(bytes, read) {
      const raw = take(bytes);
      const unread = passing || raw.length > maxEventBytes;
      passing = false;
      if (raw.length === 0) return [];
      return [unread ? { raw, parsed: null, unread } : { raw, parsed: read(raw) }];
    },
  };
}
