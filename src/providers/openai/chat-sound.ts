import { asObject, asText } from "../fields.ts";
import { audioTokens, dataUrlBase64 } from "../media.ts";
import { decodedBytes } from "../utf8.ts";

/** Upper bounds of what a part's sound costs. */
interface Sound {
  /** Bytes of the body that are the sound. */
  mediaBytes: number;
  tokens: number;
  seconds: number;
}

/** The slowest MP3 has 8 kbit/s. */
const LEAST_BYTES_PER_SECOND = 1_000;
/** Sound behind a URL: Mistral takes three hours of it. https://docs.mistral.ai/capabilities/audio_transcription */
const UNSEEN_SECONDS = 10_800;

/** How much more than OpenAI's ten tokens a second others hear. The first match holds. */
const HEARING: { model: RegExp; factor: number; leastTokens: number }[] = [
  // 32 tokens a second. https://ai.google.dev/gemini-api/docs/tokens#multimodal-tokens
  { model: /(?:^|\/)gemini-/, factor: 5, leastTokens: 0 },
  // 12.5 a second, in pieces of thirty seconds that are always full: five seconds were seen to be 375 tokens.
  { model: /(?:^|\/)voxtral-/, factor: 1.25, leastTokens: 375 },
];

/**
 * OpenAI's part is an object with base64 in `data`; Mistral's is the base64 itself, or a URL. Null where there is none.
 * https://docs.mistral.ai/capabilities/audio#chat-with-audio
 */
export function soundIn(part: Record<string, unknown>, model: string): Sound | null {
  const sound = part["input_audio"] ?? undefined;
  if (sound === undefined) return null;
  const data = asText(sound) ?? asText(asObject(sound)?.["data"]) ?? "";
  const { factor, leastTokens } = HEARING.find((row) => row.model.test(model)) ?? {
    factor: 1,
    leastTokens: 0,
  };
  if (/^https?:/i.test(data)) {
    const tokens = Math.ceil(UNSEEN_SECONDS * 10 * factor);
    return { mediaBytes: 0, tokens: tokens + leastTokens, seconds: UNSEEN_SECONDS };
  }
  const base64 = dataUrlBase64(data) ?? data;
  return {
    mediaBytes: base64.length,
    tokens: Math.ceil(audioTokens(base64) * factor) + leastTokens,
    seconds: Math.ceil(decodedBytes(base64) / LEAST_BYTES_PER_SECOND),
  };
}
