import { BILLED_UNITS, type UnitCounts } from "./billed-units.ts";
import type { Usage } from "./usage.ts";
import { chargedInput, chargedOutput, MAX_TOKENS_PER_CALL } from "./usage.ts";

// How many tokens a body can be, with no tokenizer: one that runs on a client's text is a denial of service. Pure.

/** What a body's bytes don't tell of its cost, as its wire format reads it. Counts are upper bounds. */
export interface InputExtras {
  /** Bytes of the body that are inline base64 media, not text. */
  mediaBytes: number;
  /** Tokens of media and hidden tool prompts. */
  tokens: number;
  /** Those of `tokens` that are there for the bound's sake, where mostly nothing is read: room for a template's words. */
  spareTokens?: number;
  /** How many times the provider reads the input: each use of a tool that it runs itself is a reading more. */
  readings: number;
  /** Tokens that such tools add on the way, over all readings. */
  resultTokens: number;
  /** Those of `tokens` that are audio. */
  audioTokens: number;
  /** Output tokens of one answer that are billed beyond the output limit. */
  outputTokens: number;
  /** Whether the answer may be spoken. */
  audioOutput: boolean;
  /** The dearest cache write that the body can cause. */
  cacheWrites: "none" | "5m" | "1h";
  /** Billed uses of the provider's own tools. */
  toolCalls: Record<string, number>;
  /** What the call is charged for beside tokens, or in place of them: pictures asked for, letters to be spoken. */
  units?: UnitCounts;
  /** What of them is likely, where that is far below the bound. */
  likelyUnits?: UnitCounts;
  /** The call reads a context that the body only names: an earlier response, a conversation, a stored prompt or file. */
  unseenInput?: boolean;
  /** Calls at another model's price that the provider makes inside this one, at most. */
  further?: { model: string; inputTokens: number; outputTokens: number }[];
}

/** What a response said, so far or at its end. */
interface Reported {
  usage: Usage | null;
  complete: boolean;
  failed: boolean;
  generatedBytes: number;
}

/** No model reads more at once. */
const LARGEST_CONTEXT_TOKENS = 2_000_000;

/**
 * A byte-level tokenizer makes at most one token of a byte, so the bytes are a bound; what they only name is at most what
 * the model can read at once, and with each reading again. Integer. `contextTokens`: the model's window.
 */
export function inputTokensBound(
  bodyBytes: number,
  extras: InputExtras,
  contextTokens = LARGEST_CONTEXT_TOKENS,
): number {
  const read = tokensRead(Math.max(0, bodyBytes - extras.mediaBytes), extras);
  if (!extras.unseenInput) return read;
  return Math.min(MAX_TOKENS_PER_CALL, Math.max(read, contextTokens * extras.readings));
}

// Measured bytes a token: English 4.0, code 3.3, JSON 2.3 in ASCII; Chinese 2.8 (cl100k) to 4.7 (o200k).
const ASCII_BYTES_PER_TOKEN = 3;
const OTHER_BYTES_PER_TOKEN = 2.5;
/** Claude's tokenizers from Opus 4.7 on make about 30 % more tokens of the same text. */
const NEWER_CLAUDE_FACTOR = 1.35;
/** Older Claude models, by name; every other name with "claude" in it counts as newer. */
const OLDER_CLAUDE =
  /claude-(?:v?1|v?2|3|instant)|claude-(?:opus|sonnet|haiku)-4(?:-[0-6])?(?:$|[-@:]20\d{6}|[-@:]v\d|-latest)/;

/** The likely number of input tokens, rounded up: what a call is held at where the bound doesn't fit. */
export function inputTokensEstimate(body: Uint8Array, extras: InputExtras, model: string): number {
  const other = nonAsciiBytes(body);
  const ascii = Math.max(0, body.length - other - extras.mediaBytes);
  const text = tokensOfText({ ascii, other, model });
  return Math.min(inputTokensBound(body.length, extras), tokensRead(text, extras));
}

/** What is known of a call beside what its answer said. */
interface SettledCall {
  /** The likely input. */
  inputTokens: number;
  model: string;
  /** What the model may have written out of sight, if the answer broke off. */
  hiddenTokens?: number;
  /** What the provider was told to write at most, over all answers. */
  mostOutputTokens?: number;
  /** What it is charged for beside tokens. */
  units?: UnitCounts;
}

/**
 * What a dispatched call is settled at. The provider's report where it is whole; else an estimate, marked so, from the
 * call's own units, its likely input, the bytes seen, and what a model that thinks may have written out of sight. Null
 * where nothing was billed: a failure before anything was generated. An explicit zero is a zero (R47); a report that is
 * missing isn't (R49), nor does a broken stream cost nothing (R26). A report of units alone is whole: who bills pictures
 * or seconds needn't state tokens (R51).
 */
export function settledUsage(
  reported: Reported,
  { inputTokens, model, hiddenTokens = 0, mostOutputTokens = MAX_TOKENS_PER_CALL, units = {} }: SettledCall,
): { usage: Usage; estimated: boolean } | null {
  const { usage, complete, failed, generatedBytes } = reported;
  if (usage === null && failed && generatedBytes === 0) return null;
  const broken = !complete && !failed;
  if (usage !== null && isByUnits(usage)) return { usage, estimated: broken };
  const stated = usage ?? { ...units };
  const text = generatedBytes === 0 ? 0 : tokensOfText({ ascii: generatedBytes, other: 0, model });
  // No estimate is above what the provider was told.
  const seen = Math.min(text, mostOutputTokens);
  const unseen = Math.min(text + (failed ? 0 : hiddenTokens), mostOutputTokens);
  const input = chargedInput(stated) ?? inputTokens;
  const reportedOutput = chargedOutput(stated);
  // A stream that broke off has stated its output so far, or a mere first token; what it thought came before its text.
  const output = complete ? (reportedOutput ?? seen) : Math.max(reportedOutput ?? 0, unseen);
  const estimated = input !== chargedInput(stated) || output !== reportedOutput || broken;
  const inputName = stated.billed_input === undefined ? "input_total" : "billed_input";
  const outputName = stated.billed_output === undefined ? "output_total" : "billed_output";
  return { usage: { ...stated, [inputName]: input, [outputName]: output }, estimated };
}

function isByUnits(usage: Usage): boolean {
  return (
    chargedInput(usage) === undefined &&
    chargedOutput(usage) === undefined &&
    BILLED_UNITS.some((unit) => usage[unit] !== undefined)
  );
}

function tokensRead(text: number, extras: InputExtras): number {
  return Math.min(MAX_TOKENS_PER_CALL, (text + extras.tokens) * extras.readings + extras.resultTokens);
}

/** How many more tokens a model makes of a text than others do. */
export function tokenizerFactor(model: string): number {
  return /claude/i.test(model) && !OLDER_CLAUDE.test(model.toLowerCase()) ? NEWER_CLAUDE_FACTOR : 1;
}

function tokensOfText({ ascii, other, model }: { ascii: number; other: number; model: string }): number {
  const words = ascii / ASCII_BYTES_PER_TOKEN + other / OTHER_BYTES_PER_TOKEN;
  const tokens = Math.ceil(words * tokenizerFactor(model));
  return Math.min(MAX_TOKENS_PER_CALL, tokens);
}

function nonAsciiBytes(body: Uint8Array): number {
  let count = 0;
  for (const byte of body) count += byte >> 7;
  return count;
}
