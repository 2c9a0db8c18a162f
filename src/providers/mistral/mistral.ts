import { openaiChatOf } from "../openai/chat.ts";
import { openaiEmbeddings } from "../openai/embeddings.ts";
import { openaiSpeech } from "../openai/speech.ts";
import { openaiTranscriptions } from "../openai/transcriptions.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { agentsOf } from "./agents.ts";
import { mistralOcr } from "./ocr.ts";

/** It refuses fields that it doesn't know: the newer limit, and the option that asks for usage, which comes unasked. */
export const mistralChat = openaiChatOf({ limitField: "max_tokens", usageOption: false, statesCost: false });

const post = (path: string, metering: Wire | "free"): ProviderRoute => {
  return { method: "POST", path: new RegExp(`^/v1${path}$`), metering };
};

/** https://docs.mistral.ai/api. Conversations keep their context out of sight: they aren't metered. */
export const mistral: Provider = {
  name: "mistral",
  baseUrl: "https://api.mistral.ai",
  auth: "bearer",
  envelope: "openai",
  under: "/v1/",
  routes: [
    // What fills a gap has a prompt in place of messages, and answers as chat does.
    post("/(?:chat|fim)/completions", mistralChat),
    post("/agents/completions", agentsOf(mistralChat)),
    post("/embeddings", openaiEmbeddings),
    post("/audio/transcriptions", openaiTranscriptions),
    post("/ocr", mistralOcr),
    post("/audio/speech", openaiSpeech),
    post("/(?:chat/)?(?:moderations|classifications)", "free"),
    { method: "GET", path: /^\/v1\/models(?:\/[^/]+)?$/, metering: "free" },
  ],
  compatiblePath: "/v1",
};
