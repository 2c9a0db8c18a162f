import type { Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { decodedBytes, utf8Bytes } from "../utf8.ts";
import type { JsonObject } from "../wire.ts";

// What of an answer the model made: text and thoughts by their bytes, pictures and speech by their tokens.

/** A picture of Gemini 2.5; newer models make ones of 1,120 to 2,520. https://ai.google.dev/gemini-api/docs/pricing, 2026-11 */
const IMAGE_TOKENS = 1_290;
/** 32 tokens are a second of speech: 24,000 samples of two bytes. https://ai.google.dev/gemini-api/docs/speech-generation */
const SPEECH_BYTES_PER_TOKEN = 1_500;
/** A sum above this is no answer's; it stays a safe integer. */
const MAX_MEDIA_TOKENS = 10_000_000;

export interface Generated {
  bytes: number;
  imageTokens: number;
  speechTokens: number;
}

export function addGenerated(generated: Generated, candidate: JsonObject): void {
  for (const item of asArray(asObject(candidate["content"])?.["parts"])) {
    const part = asObject(item);
    if (!part) continue;
    const call = asObject(part["functionCall"]) ?? asObject(part["toolCall"]);
    generated.bytes += utf8Bytes(part["text"]) + utf8Bytes(asObject(part["executableCode"])?.["code"]);
    if (call) generated.bytes += utf8Bytes(call["name"]) + jsonBytes(call["args"] ?? call["partialArgs"]);
    addMedia(generated, asObject(part["inlineData"]));
  }
}

/** What is known of the usage of an answer that was spoken or drawn, and states none. */
export function mediaUsage({ imageTokens, speechTokens }: Generated): Usage | null {
  if (imageTokens + speechTokens === 0) return null;
  return {
    output_total: imageTokens + speechTokens,
    ...(imageTokens > 0 && { image_out: imageTokens }),
    ...(speechTokens > 0 && { audio_out: speechTokens }),
  };
}

function addMedia(generated: Generated, media: JsonObject | null): void {
  if (!media) return;
  if (/^audio\//i.test(asText(media["mimeType"]) ?? "")) {
    const tokens = Math.ceil(decodedBytes(asText(media["data"]) ?? "") / SPEECH_BYTES_PER_TOKEN);
    generated.speechTokens = Math.min(MAX_MEDIA_TOKENS, generated.speechTokens + tokens);
  } else {
    generated.imageTokens = Math.min(MAX_MEDIA_TOKENS, generated.imageTokens + IMAGE_TOKENS);
  }
}

function jsonBytes(value: unknown): number {
  return value === undefined || value === null ? 0 : utf8Bytes(JSON.stringify(value));
}
