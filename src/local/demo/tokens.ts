// The demo provider's tokenizer: four bytes of UTF-8 are one token. Pure. Wrong for every real model, but
// deterministic, never more than one token a byte (what an upper bound by body size relies on), and simple
// enough that a reader can check a bill by hand.

export const BYTES_PER_TOKEN = 4;

// A real provider charges a picture by its size on screen and not by the length of its base64, so inline files
// count as this many tokens, whatever they weigh.
const INLINE_FILE_TOKENS = 85;
const INLINE_FILE_STAND_IN = "#".repeat(INLINE_FILE_TOKENS * BYTES_PER_TOKEN);

export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** Tokens of a part of a request body (messages, tools, a system prompt) as it stands in JSON. */
export function countPromptTokens(part: object | string): number {
  return countTokens(JSON.stringify(part, replaceInlineFile));
}

export interface CutText {
  text: string;
  tokens: number;
  /** True if the limit cut something off: the finish reason is then "length" or "max_tokens". */
  cut: boolean;
}

/** Cuts between code points, so that a stream never carries half a character. */
export function cutToTokens(text: string, maxTokens: number): CutText {
  if (countTokens(text) <= maxTokens) return { text, tokens: countTokens(text), cut: false };
  let kept = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxTokens * BYTES_PER_TOKEN) break;
    kept += character;
  }
  return { text: kept, tokens: countTokens(kept), cut: true };
}

/** Pieces to stream, a word each; together they are the text. */
export function splitWords(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

function replaceInlineFile(name: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= INLINE_FILE_STAND_IN.length) return value;
  return name === "data" || value.startsWith("data:") ? INLINE_FILE_STAND_IN : value;
}
