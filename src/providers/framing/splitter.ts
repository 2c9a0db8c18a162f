import type { StreamEvent } from "../wire.ts";

// What every framing of a stream gives: its bytes in blocks, none lost, and what each block says.

/** A run of bytes that holds at most one event. */
export interface StreamBlock {
  raw: Uint8Array;
  /** Null where the bytes are no event: what stands between events, or an event that is too large to be read. */
  parsed: StreamEvent | null;
  /** Of an event that is too large, or of a stream in which nobody knows any more where one begins. */
  unread?: true;
}

/**
 * Reads one stream. The raw blocks, joined, are the input, however it was cut; so are the events the same. `raw` may
 * share memory with the bytes pushed: don't change those. Never throws on any input; its memory is bounded.
 */
export interface Splitter {
  push(bytes: Uint8Array): StreamBlock[];
  /** What is left when the stream has ended. */
  end(): StreamBlock[];
}

/**
 * A larger event passes unread, in pieces as they come: memory doesn't grow with what a provider sends. A picture in base 64
 * mostly fits.
 */
export const MAX_EVENT_BYTES = 8 * 1024 * 1024;
