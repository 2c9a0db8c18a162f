import { usdPerMillion, type OwnPrice } from "./own-price.ts";

/** Speech that is charged by the letters of its text. What is charged by tokens (gpt-4o-mini-tts) is in the library. */
export const SPEECH_PRICES: OwnPrice[] = [
  // https://platform.openai.com/docs/pricing ("Transcription and speech generation"), read 2026-11-30.
  { provider: "openai", model: /^tts-1(?:-1106)?$/, units: { characters: usdPerMillion(15) } },
  { provider: "openai", model: /^tts-1-hd(?:-1106)?$/, units: { characters: usdPerMillion(30) } },
  // https://docs.mistral.ai/models/ ("Voxtral Mini TTS": 0.016 USD per thousand), 2026-08.
  {
    provider: "mistral",
    model: /^voxtral-mini-tts-(?:2603|latest)$/,
    units: { characters: usdPerMillion(16) },
  },
];
