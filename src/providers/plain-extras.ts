import type { InputExtras } from "../domain/estimate.ts";

/** Room for words that a provider may write around the text. */
export function spare(tokens: number): Pick<InputExtras, "tokens" | "spareTokens"> {
  return { tokens, spareTokens: tokens };
}

/** What costs so many tokens at most, and mostly less: a picture is smaller than the largest that a model sees. */
export function addTokens(extras: InputExtras, most: number, likely: number): void {
  extras.tokens += most;
  extras.spareTokens = (extras.spareTokens ?? 0) + Math.max(0, most - likely);
}

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
