import * as fc from "fast-check";
import type { Splitter, StreamBlock } from "../../../src/providers/framing/splitter.ts";
import type { StreamEvent } from "../../../src/providers/wire.ts";

const encoder = new TextEncoder();

export function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? encoder.encode(input) : input;
}

/** The blocks of an input that comes in pieces, cut at these places (taken modulo its length). */
export function splitAt(
  splitter: Splitter,
  input: string | Uint8Array,
  cuts: Iterable<number> = [],
): StreamBlock[] {
  const bytes = bytesOf(input);
  const inner = [...cuts].map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other);
  const blocks: StreamBlock[] = [];
  let start = 0;
  for (const end of [...inner, bytes.length]) {
    blocks.push(...splitter.push(bytes.slice(start, end)));
    start = end;
  }
  return [...blocks, ...splitter.end()];
}

export function byteByByte(splitter: Splitter, input: string | Uint8Array): StreamBlock[] {
  return splitAt(splitter, input, bytesOf(input).keys());
}

export function eventsOf(blocks: StreamBlock[]): StreamEvent[] {
  return blocks.flatMap(({ parsed }) => parsed ?? []);
}

export function dataOf(blocks: StreamBlock[]): string[] {
  return eventsOf(blocks).map(({ data }) => data);
}

export function joined(blocks: StreamBlock[]): number[] {
  return blocks.flatMap(({ raw }) => [...raw]);
}

export const anyCuts = fc.array(fc.nat(), { maxLength: 40 });

/** What a splitter makes of an input that comes whole, cut at these places, and byte by byte. */
export function readEachWay(create: () => Splitter, input: string | Uint8Array, cuts: number[]) {
  const ways = [splitAt(create(), input), splitAt(create(), input, cuts), byteByByte(create(), input)];
  return ways.map((blocks) => ({ bytes: joined(blocks), events: eventsOf(blocks) }));
}

/** Feeds one chunk again and again, of which nothing may be read, and returns the most bytes that were ever held. */
export function mostHeldUnread(splitter: Splitter, chunk: Uint8Array, chunks: number): number {
  let held = 0;
  let most = 0;
  for (let index = 0; index < chunks; index++) {
    held += chunk.length;
    for (const { raw, parsed } of splitter.push(chunk)) {
      if (parsed) throw new Error("it was read");
      held -= raw.length;
    }
    most = Math.max(most, held);
  }
  return most;
}
