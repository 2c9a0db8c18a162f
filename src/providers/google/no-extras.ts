import type { InputExtras } from "../../domain/estimate.ts";

/** Of a body whose bytes tell all of its cost. Gemini's own caching costs nothing to write. */
export function noExtras(): InputExtras {
  return {
    mediaBytes: 0,
    tokens: 0,
    readings: 1,
    resultTokens: 0,
    audioTokens: 0,
    outputTokens: 0,
    audioOutput: false,
    cacheWrites: "none",
    toolCalls: {},
  };
}
