import { isDeepStrictEqual } from "node:util";
import { seededRandom } from "../support/schedule.ts";
import type { Bench } from "./bench.ts";
import type { Case } from "./cases.ts";
import { replay, type Replay } from "./replay.ts";
import type { Problem } from "./verdict.ts";

// A stream is the same however it was cut on the way: each byte alone, and in pieces of any size.

/** Larger streams are cut into small pieces in place of bytes, to keep the time within bounds. */
const MAX_SINGLE_BYTES = 32_768;
const SMALL_PIECE_BYTES = 16;
const LARGE_PIECE_BYTES = 1_500;

export async function splitProblems(bench: Bench, recorded: Case, whole: Replay): Promise<Problem[]> {
  if (!recorded.stream || !whole.sent) return [];
  const seed = seedOf(recorded.id);
  const cuts: [how: string, cut: (bytes: Uint8Array) => Uint8Array[]][] = [
    ["at random places", (bytes) => cutAtRandom(bytes, LARGE_PIECE_BYTES, seed)],
    [
      "byte by byte",
      (bytes) =>
        bytes.length > MAX_SINGLE_BYTES ? cutAtRandom(bytes, SMALL_PIECE_BYTES, seed) : singly(bytes),
    ],
  ];
  const problems: Problem[] = [];
  for (const [how, cut] of cuts) {
    const again = await replay(bench, recorded, { cut });
    const same =
      again?.status === whole.status &&
      Buffer.compare(again.received, whole.received) === 0 &&
      isDeepStrictEqual(again.booked, whole.booked) &&
      again.faults.length === 0;
    if (!same) problems.push({ check: "split", text: `cut ${how}, the outcome is another` });
  }
  return problems;
}

function cutAtRandom(bytes: Uint8Array, largestBytes: number, seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const size = 1 + Math.floor(random() * largestBytes);
    pieces.push(bytes.subarray(start, start + size));
    start += size;
  }
  return pieces;
}

function singly(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
}

function seedOf(id: string): number {
  let seed = 1;
  for (const character of id) seed = (Math.imul(seed, 31) + character.charCodeAt(0)) | 0;
  return seed;
}
