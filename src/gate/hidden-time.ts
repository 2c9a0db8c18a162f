import type { StreamReader } from "../providers/wire.ts";

// A model may think out of sight, and a client that leaves meanwhile would pay for nothing of it. What can be seen of
// such thinking is its time.

/** Fast reasoning models write about this much. */
const HIDDEN_TOKENS_PER_SECOND = 100;
/** A model that doesn't think begins its answer within about this time. */
const FREE_MS = 1_000;

/** Output tokens, at most, that a model wrote in a time in which nothing of its answer was to be seen. */
export function hiddenTokens(milliseconds: number): number {
  return Math.ceil((Math.max(0, milliseconds - FREE_MS) * HIDDEN_TOKENS_PER_SECOND) / 1_000);
}

/** A reader that also knows when the first generated text came: null so long as there is none. */
export function timeFirstText(
  reader: StreamReader,
  now: () => number,
): { reader: StreamReader; firstTextAtMs: () => number | null } {
  let firstTextAtMs: number | null = null;
  return {
    reader: {
      ...reader,
      push(event) {
        const verdict = reader.push(event);
        // Asked only until it is known: readings cost too much to be made for each event.
        if (firstTextAtMs === null && reader.reading().generatedBytes > 0) firstTextAtMs = now();
        return verdict;
      },
    },
    firstTextAtMs: () => firstTextAtMs,
  };
}
