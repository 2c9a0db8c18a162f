import { openaiEmbeddings } from "../openai/embeddings.ts";
import { openaiSpeech } from "../openai/speech.ts";
import { openaiTranscriptions } from "../openai/transcriptions.ts";
import type { Provider } from "../provider.ts";
import { mistralAgents, mistralChat } from "./mistral-chat.ts";

/** https://docs.mistral.ai/api. What reads pages (OCR) and kept conversations can't be bounded, so they have no route. */
export const mistral: Provider = {
  name: "mistral",
  baseUrl: "https://api.mistral.ai",
  auth: "bearer",
  envelope: "openai",
  under: "/v1/",
  routes: [
    { method: "POST", path: /^\/v1\/chat\/completions$/, metering: mistralChat },
    { method: "POST", path: /^\/v1\/fim\/completions$/, metering: mistralChat },
    { method: "POST", path: /^\/v1\/agents\/completions$/, metering: mistralAgents },
    { method: "POST", path: /^\/v1\/embeddings$/, metering: openaiEmbeddings },
    { method: "POST", path: /^\/v1\/audio\/transcriptions$/, metering: openaiTranscriptions },
    { method: "POST", path: /^\/v1\/audio\/speech$/, metering: openaiSpeech },
    { method: "POST", path: /^\/v1\/(?:chat\/)?moderations$/, metering: "free" },
    { method: "GET", path: /^\/v1\/models(?:\/[^/]+)?$/, metering: "free" },
  ],
  compatiblePath: "/v1",
};
