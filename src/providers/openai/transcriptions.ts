import type { InputExtras } from "../../domain/estimate.ts";
import { asText, booleanField, firstInvalid, modelField, valueOf } from "../fields.ts";
import { plainExtras } from "../plain-extras.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { filesIn, fromForm } from "./form-fields.ts";
import { readTranscription, transcriptionReader } from "./transcriptions-reader.ts";

/** Transcriptions and translations of speech. https://platform.openai.com/docs/api-reference/audio/createTranscription */
export const openaiTranscriptions: Wire = {
  name: "openai-transcriptions",
  envelope: "openai",
  takesForms: true,
  understand,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras,
  streamReader: transcriptionReader,
  readBody: readTranscription,
};

/** OpenAI hears ten tokens a second. https://platform.openai.com/docs/guides/realtime-costs */
export const TOKENS_PER_SECOND = 10;
/** The slowest MP3 has 8 kbit/s. */
const LEAST_BYTES_PER_SECOND = 1_000;
/** An MP3 of 128 kbit/s; a WAV of a telephone's quality has as many. */
const LIKELY_BYTES_PER_SECOND = 16_000;
/** Sound behind a URL: Mistral takes three hours of it. https://docs.mistral.ai/capabilities/audio_transcription */
const UNSEEN_SECONDS = 10_800;
/** Diarized answers were seen to have 39 tokens a second, plain ones 5. */
const OUTPUT_TOKENS_PER_SECOND = 50;
const LEAST_OUTPUT_TOKENS = 200;
/** No model for transcriptions writes more. https://platform.openai.com/docs/models/gpt-4o-transcribe */
const MAX_OUTPUT_TOKENS = 16_384;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const stream = booleanField(fromForm(body, ["stream"]), "stream");
  const fault = firstInvalid([model, stream]);
  if (fault) return { invalid: fault };
  const written = LEAST_OUTPUT_TOKENS + OUTPUT_TOKENS_PER_SECOND * mostSeconds(body);
  const outputLimit = Math.min(MAX_OUTPUT_TOKENS, written);
  const endUser = asText(body["user"]);
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: valueOf(stream) ?? false,
      choices: 1,
      outputLimit,
      outputFloor: outputLimit,
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
    },
  };
}

function inputExtras(body: JsonObject): InputExtras {
  const seconds = mostSeconds(body);
  const tokens = seconds * TOKENS_PER_SECOND;
  const bytes = filesIn(body).reduce((sum, file) => sum + file.bytes, 0);
  const likely = bytes === 0 ? seconds : Math.ceil(bytes / LIKELY_BYTES_PER_SECOND);
  return {
    ...plainExtras(),
    mediaBytes: bytes,
    tokens,
    spareTokens: tokens - Math.min(tokens, likely * TOKENS_PER_SECOND),
    audioTokens: tokens,
    units: { seconds },
    likelyUnits: { seconds: Math.min(seconds, likely) },
  };
}

function mostSeconds(body: JsonObject): number {
  const files = filesIn(body);
  if (files.length === 0) return UNSEEN_SECONDS;
  // Whisper's providers charge ten seconds at least. https://console.groq.com/docs/speech-to-text
  return 10 + Math.ceil(files.reduce((sum, { bytes }) => sum + bytes, 0) / LEAST_BYTES_PER_SECOND);
}
