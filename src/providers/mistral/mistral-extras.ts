import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { dataUrlBase64, documentTokens, UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import { openaiChatExtras } from "../openai/chat-extras.ts";
import { decodedBytes } from "../utf8.ts";
import type { JsonObject } from "../wire.ts";

/** A page that is read as a picture. https://docs.mistral.ai/capabilities/vision, 2026-11. */
const IMAGE_TOKENS = 4_050;
/** 12.5 Hz frames, of which six make up what was counted: 375 tokens for five seconds. */
const AUDIO_TOKENS_PER_SECOND = 75;
/** The slowest MP3 has 8 kbit/s. */
const LEAST_BYTES_PER_SECOND = 1_000;
/** Sound behind a URL or a file's id: the longest that is taken. https://docs.mistral.ai/capabilities/audio_transcription */
const UNSEEN_SECONDS = 10_800;

/** What OpenAI's parts cost, and Mistral's own: sound as a bare text, documents by their URL or id. */
export function mistralExtras(body: JsonObject): InputExtras {
  const extras = openaiChatExtras(body);
  let seconds = 0;
  for (const message of asArray(body["messages"])) {
    for (const item of asArray(asObject(message)?.["content"])) {
      const part = asObject(item);
      if (part) {
        seconds += addSound(extras, part["input_audio"] ?? null);
        addDocument(extras, part);
      }
    }
  }
  return seconds > 0 ? { ...extras, units: { seconds } } : extras;
}

/** Returns how long it can be. */
function addSound(extras: InputExtras, sound: unknown): number {
  if (sound === null) return 0;
  // An object is OpenAI's way, whose bytes and tokens are counted already.
  const data = asText(sound) ?? asText(asObject(sound)?.["data"]) ?? "";
  const isUrl = /^https?:/i.test(data);
  const base64 = isUrl ? "" : (dataUrlBase64(data) ?? data);
  const seconds = base64 === "" ? UNSEEN_SECONDS : Math.ceil(decodedBytes(base64) / LEAST_BYTES_PER_SECOND);
  const tokens = seconds * AUDIO_TOKENS_PER_SECOND;
  extras.tokens += tokens;
  extras.audioTokens += tokens;
  if (typeof sound === "string") extras.mediaBytes += base64.length;
  return seconds;
}

/** https://docs.mistral.ai/capabilities/document_ai/document_qna */
function addDocument(extras: InputExtras, part: JsonObject): void {
  const url = asText(part["document_url"]);
  const base64 = url === undefined ? null : dataUrlBase64(url);
  if (base64 !== null) {
    extras.mediaBytes += base64.length;
    extras.tokens += documentTokens(base64, IMAGE_TOKENS);
  } else if (url !== undefined || part["file_id"] !== undefined) {
    extras.tokens += UNSEEN_DOCUMENT_TOKENS;
  }
}
