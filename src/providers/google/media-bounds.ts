import type { InputExtras } from "../../domain/estimate.ts";
import { asText } from "../fields.ts";
import { documentTokens, likelyDocumentTokens, UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import { addTokens } from "../plain-extras.ts";
import { decodedBytes } from "../utf8.ts";
import type { JsonObject } from "../wire.ts";
import { numberOf, statedObjects, statedValues } from "./spellings.ts";

// Upper bounds of what media cost as input. https://ai.google.dev/gemini-api/docs/tokens#multimodal-tokens and
// https://ai.google.dev/gemini-api/docs/media-resolution#token-counts, 2026-11.

/** Up to 3,072 x 3,072 pixels, in 16 tiles of 258 tokens; Gemini 3 sees 2,240 at most. */
const IMAGE_TOKENS = 4_128;
/** One tile, of an image that is no larger than 384 pixels, to four. */
const LIKELY_IMAGE_TOKENS = 600;
/** A page as a picture, at the highest resolution. */
const PAGE_TOKENS = 1_120;
/** 32 tokens a second, and the leanest sound worth sending has 5 kbit/s. */
const AUDIO_TOKENS_PER_SECOND = 32;
const AUDIO_BYTES_PER_TOKEN = 20;
/** A frame has 258 tokens, or 280; the leanest film has 8 kbit/s. */
const FRAME_TOKENS = 280;
const VIDEO_BYTES_PER_SECOND = 1_000;
/** One frame a second, unless the call asks for more. https://ai.google.dev/gemini-api/docs/video-understanding#custom-frame-rate */
const MAX_FRAMES_PER_SECOND = 24;
/** The largest context of a Gemini model. */
const CONTEXT_TOKENS = 1_048_576;

export type MediaKind = "image" | "audio" | "video" | "document";

export interface Media {
  kind: MediaKind;
  /** Undefined where the media is only named: by a URI, or the id of a file. */
  base64: string | undefined;
  /** Frames of each second that a film is sampled at, where the call says so. */
  framesPerSecond?: number;
}

export function mediaKind(mimeType: unknown): MediaKind {
  const [, kind] = /^(image|audio|video)\//i.exec(asText(mimeType) ?? "") ?? [];
  return kind === undefined ? "document" : (kind.toLowerCase() as MediaKind);
}

/** The data and the type of a part's media, whichever way it is spelled. */
export function partMedia(part: JsonObject): Media[] {
  const rates = statedObjects(part, "videoMetadata").map(({ fps }) => numberOf(fps) ?? 1);
  const framesPerSecond = Math.max(1, ...rates.filter((rate) => rate > 1));
  const holders = [...statedValues(part, "inlineData"), ...statedValues(part, "fileData")];
  return holders
    .filter((holder) => typeof holder === "object" && holder !== null)
    .map((holder) => {
      const media = holder as JsonObject;
      const [mimeType] = statedValues(media, "mimeType");
      return { kind: mediaKind(mimeType), base64: asText(media["data"]), framesPerSecond };
    });
}

export function addMedia(extras: InputExtras, { kind, base64, framesPerSecond = 1 }: Media): void {
  extras.mediaBytes += base64?.length ?? 0;
  if (kind === "image") {
    addTokens(extras, IMAGE_TOKENS, LIKELY_IMAGE_TOKENS);
  } else if (base64 === undefined) {
    // A film of an hour and more, or a book: only the model's context bounds it.
    extras.unseenInput = true;
    extras.tokens += UNSEEN_DOCUMENT_TOKENS;
    if (kind !== "document") extras.audioTokens += UNSEEN_DOCUMENT_TOKENS;
  } else if (kind === "document") {
    addTokens(extras, documentTokens(base64, PAGE_TOKENS), likelyDocumentTokens(base64));
  } else {
    addSound(extras, kind, { bytes: decodedBytes(base64), framesPerSecond });
  }
}

function addSound(
  extras: InputExtras,
  kind: "audio" | "video",
  { bytes, framesPerSecond }: { bytes: number; framesPerSecond: number },
): void {
  const seconds = Math.ceil(bytes / VIDEO_BYTES_PER_SECOND);
  const heard =
    kind === "audio" ? Math.ceil(bytes / AUDIO_BYTES_PER_TOKEN) : seconds * AUDIO_TOKENS_PER_SECOND;
  const seen =
    kind === "audio"
      ? 0
      : Math.ceil(seconds * FRAME_TOKENS * Math.min(framesPerSecond, MAX_FRAMES_PER_SECOND));
  extras.audioTokens += Math.min(CONTEXT_TOKENS, heard);
  extras.tokens += Math.min(CONTEXT_TOKENS, heard + seen);
}
