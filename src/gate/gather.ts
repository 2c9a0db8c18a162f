import type { Books } from "../ledger/books.ts";
import { joinedBytes } from "../providers/framing/joined-bytes.ts";

// Chunks of a burst go on together: in workerd a write of ours costs more CPU than all else that is done for a chunk. A chunk
// that comes alone goes on at once, and so does what is left when the stream ends.

/** Behind a chunk, those of the same burst wait for so long at most: less than a network's own jitter, and only where a model writes 250 a second. */
export const BURST_MS = 4;
/** More than this isn't gathered: reading waits until the client has taken it. */
export const MAX_GATHERED_BYTES = 65_536;

export interface Gatherer {
  /** Undefined where more may come at once; else it may when that resolves. */
  add(chunk: Uint8Array): Promise<void> | undefined;
  /** Passes on all that is there; resolves once it is passed. */
  flushed(): Promise<void>;
  /** What was added and isn't passed on, for who will: undefined where there is nothing. */
  take(): Uint8Array | undefined;
}

/** `pass` gets everything that is added, in order, a call after the other. It must not fail. */
export function createGatherer(
  pass: (bytes: Uint8Array) => Promise<void>,
  { now, after }: Pick<Books, "now" | "after">,
): Gatherer {
  let pieces: Uint8Array[] = [];
  let size = 0;
  let passing: Promise<void> | undefined;
  let cancelWait: (() => void) | undefined;
  let passedAtMs = -Infinity;

  function take(): Uint8Array | undefined {
    cancelWait?.();
    cancelWait = undefined;
    if (size === 0) return undefined;
    const bytes = joinedBytes(pieces);
    pieces = [];
    size = 0;
    return bytes;
  }

  function passOn(): void {
    const bytes = take();
    if (!bytes) return;
    passedAtMs = now();
    passing = pass(bytes).then(() => {
      passing = undefined;
      waitForMore();
    });
  }

  /** What comes while a write is under way is gathered, however long that takes. */
  function waitForMore(): void {
    if (passing || cancelWait || size === 0) return;
    // A clock that was set back makes no chunk wait longer.
    const waitMs = Math.min(BURST_MS, passedAtMs + BURST_MS - now());
    if (waitMs <= 0) passOn();
    else cancelWait = after(waitMs, passOn);
  }

  async function flushed(): Promise<void> {
    if (!passing) passOn();
    if (!passing) return;
    await passing;
    await flushed();
  }

  return {
    add(chunk) {
      pieces.push(chunk);
      size += chunk.length;
      if (size >= MAX_GATHERED_BYTES) return flushed();
      waitForMore();
      return undefined;
    },
    flushed,
    take,
  };
}
