import type { InputExtras } from "../domain/estimate.ts";

/** Of a body that is all text, and asks for nothing beside. */
export function plainExtras(): InputExtras {
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
