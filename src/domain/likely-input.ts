import { MAX_TOKENS_PER_CALL } from "./usage.ts";

// The likely number of input tokens of a call whose provider reported none: what it is settled at. Unlike a hold it is
// no bound: it counts the texts of the body, not their punctuation, and one reading of them. Pure.

/** Of English and code by current tokenizers; of other scripts, in characters. */
const ASCII_PER_TOKEN = 4;
const OTHERS_PER_TOKEN = 1.2;
/** Each message's framing in the prompt. */
const TOKENS_PER_MESSAGE = 4;
/** Objects within objects: a tool's schema begins at the fourth. There the names are text, too. */
const SCHEMA_DEPTH = 4;
/** Members above a schema whose texts no model reads: settings, ids, signatures, and what only the provider can open. */
const NOT_READ = new Set([
  "model",
  "role",
  "type",
  "id",
  "user",
  "encoding_format",
  "input_type",
  "service_tier",
  "tool_call_id",
  "call_id",
  "prompt_cache_key",
  "safety_identifier",
  "safetySettings",
  "generationConfig",
  "metadata",
  "include",
  "signature",
  "thoughtSignature",
  "thought_signature",
  "encrypted_content",
]);

export interface LikelyInput {
  /** The parsed request. */
  body: unknown;
  /** Characters of the body that are inline media, not text. */
  mediaBytes: number;
  /** Tokens of media and hidden prompts. */
  tokens: number;
  /** Those of them that mostly aren't read. */
  spareTokens?: number;
  /** How many more tokens the model makes of a text than others; 1 for most. */
  factor: number;
}

/** Rounded up. Linear in the body, no recursion. */
export function likelyInputTokens({
  body,
  mediaBytes,
  tokens,
  spareTokens = 0,
  factor,
}: LikelyInput): number {
  let ascii = -mediaBytes;
  let others = 0;
  let messages = 0;
  let ids = 0;
  const countText = (text: string) => {
    let wide = 0;
    for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) wide++;
    ascii += text.length - wide;
    others += wide;
  };
  const open: [value: unknown, depth: number][] = [[body, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, depth] = next;
    if (typeof value === "string") countText(value);
    else if (Array.isArray(value)) {
      // A number in a list is the id of a token.
      for (const item of value) {
        if (typeof item === "number") ids++;
        else open.push([item, depth]);
      }
    } else if (typeof value === "object" && value !== null) {
      if (depth > 0 && depth + 1 < SCHEMA_DEPTH && "role" in value) messages++;
      for (const [name, member] of Object.entries(value)) {
        if (depth + 1 >= SCHEMA_DEPTH) countText(name);
        else if (NOT_READ.has(name)) continue;
        open.push([member, depth + 1]);
      }
    }
  }
  const text = (Math.max(0, ascii) / ASCII_PER_TOKEN + others / OTHERS_PER_TOKEN) * factor;
  return Math.min(
    MAX_TOKENS_PER_CALL,
    Math.ceil(text) + ids + messages * TOKENS_PER_MESSAGE + Math.max(0, tokens - spareTokens),
  );
}
