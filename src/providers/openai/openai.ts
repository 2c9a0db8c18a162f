import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { openaiChat } from "./chat.ts";
import { openaiCompletions } from "./completions.ts";
import { openaiEmbeddings } from "./embeddings.ts";
import { openaiImages } from "./images.ts";
import { openaiResponses } from "./responses.ts";
import { openaiSpeech } from "./speech.ts";
import { openaiTranscriptions } from "./transcriptions.ts";

/**
 * The endpoints behind `/v1` that OpenAI and those who are compatible with it share, by their path behind the base. `chat`:
 * as the provider speaks it.
 */
export function openaiRoutes(base: string, chat: Wire = openaiChat): ProviderRoute[] {
  const at = (path: string) => new RegExp(`^${base}${path}$`);
  return [
    { method: "POST", path: at("/chat/completions"), metering: chat },
    { method: "POST", path: at("/completions"), metering: openaiCompletions },
    { method: "POST", path: at("/embeddings"), metering: openaiEmbeddings },
    { method: "POST", path: at("/images/(?:generations|edits|variations)"), metering: openaiImages },
    { method: "POST", path: at("/audio/speech"), metering: openaiSpeech },
    { method: "POST", path: at("/audio/(?:transcriptions|translations)"), metering: openaiTranscriptions },
    { method: "POST", path: at("/responses(?:/compact)?"), metering: openaiResponses },
    { method: "POST", path: at("/responses/input_tokens"), metering: "free" },
    { method: "POST", path: at("/responses/[^/]+/cancel"), metering: "free", tells: openaiResponses },
    { method: "GET", path: at("/responses/[^/]+"), metering: "free", tells: openaiResponses },
    { method: "GET", path: at("/responses/[^/]+/input_items"), metering: "free" },
    { method: "DELETE", path: at("/responses/[^/]+"), metering: "free" },
    // Conversations are kept for free; what a response reads of them is its input.
    ...["GET", "POST", "DELETE"].map((method): ProviderRoute => {
      return { method, path: at("/conversations(?:/[^/]+(?:/items(?:/[^/]+)?)?)?"), metering: "free" };
    }),
    { method: "POST", path: at("/moderations"), metering: "free" },
    { method: "GET", path: at("/models(?:/.+)?"), metering: "free" },
  ];
}

/** https://platform.openai.com/docs/api-reference */
export const openai: Provider = {
  name: "openai",
  baseUrl: "https://api.openai.com",
  auth: "bearer",
  envelope: "openai",
  under: "/v1/",
  routes: openaiRoutes("/v1"),
  compatiblePath: "/v1",
};
