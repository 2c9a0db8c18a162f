import { decodedBytes } from "./utf8.ts";

// Upper bounds of the tokens that media cost, from what the request shows of them: their base64.

/** Providers take 100 to 600 pages a document; more are refused. https://platform.claude.com/docs/en/build-with-claude/pdf-support */
const MAX_PAGES = 600;
/** Pages of plain text compress to a few kilobytes; most pages are larger. */
const BYTES_PER_PAGE = 4_000;
/** A page's text, 1,500 to 3,000 tokens by Anthropic's PDF guide; its image comes on top. */
const TEXT_TOKENS_PER_PAGE = 3_000;
/** No model reads more than this in one call. */
const MAX_CONTEXT_TOKENS = 1_050_000;

/** A document that is only named (a file id, a URL): its size is unknown, so this is a guess, not a bound. */
export const UNSEEN_DOCUMENT_TOKENS = 100_000;

/** A document is read as text and as an image of each page. Text files make at most one token of a byte. */
export function documentTokens(base64: string, imageTokens: number): number {
  const bytes = decodedBytes(base64);
  const tokens = pagesOf(base64) * (TEXT_TOKENS_PER_PAGE + imageTokens);
  return Math.min(MAX_CONTEXT_TOKENS, Math.max(bytes, tokens));
}

/** Most documents have pictures and fonts in them. */
const LIKELY_BYTES_PER_PAGE = 50_000;
/** A page's text with its image; one of little text was seen as 1,600 tokens by Claude, 260 to 560 by Gemini. */
const LIKELY_TOKENS_PER_PAGE = 1_600;
const LIKELY_BYTES_PER_TOKEN = 4;
/** The beginnings of PDF ("%PDF") and of zipped formats ("PK"), in base64. */
const HAS_PAGES = /^(?:JVBERi|UEsD)/;

/** What a document mostly is: its text, or by its size so many pages. */
export function likelyDocumentTokens(base64: string): number {
  const bytes = decodedBytes(base64);
  if (!HAS_PAGES.test(base64)) return Math.ceil(bytes / LIKELY_BYTES_PER_TOKEN);
  return Math.min(MAX_PAGES, Math.ceil(bytes / LIKELY_BYTES_PER_PAGE)) * LIKELY_TOKENS_PER_PAGE;
}

/** At most. Null: a document that is only named. */
export function pagesOf(base64: string | null): number {
  return base64 === null ? MAX_PAGES : Math.min(MAX_PAGES, Math.ceil(decodedBytes(base64) / BYTES_PER_PAGE));
}

/**
 * OpenAI hears ten tokens a second (https://platform.openai.com/docs/guides/realtime-costs); the slowest MP3 has
 * 8 kbit/s, so 100 bytes are at most one token.
 */
const AUDIO_BYTES_PER_TOKEN = 100;

export function audioTokens(base64: string): number {
  return Math.ceil(decodedBytes(base64) / AUDIO_BYTES_PER_TOKEN);
}

const DATA_URL = /^data:[^,]*;base64,/i;

/** The base64 of a data URL; null for any other URL. */
export function dataUrlBase64(url: string): string | null {
  // Only the head is searched: the tail may be megabytes.
  const head = DATA_URL.exec(url.slice(0, 256));
  return head ? url.slice(head[0].length) : null;
}
