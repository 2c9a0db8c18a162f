import { openaiChatOf } from "../openai/chat.ts";
import { openaiRoutes } from "../openai/openai.ts";
import type { Provider } from "../provider.ts";
import { ollamaChat } from "./ollama-chat.ts";
import { ollamaEmbed } from "./ollama-embed.ts";

/** https://docs.ollama.com/api/openai-compatibility: it knows the older limit alone. */
const compatibleChat = openaiChatOf({ limitField: "max_tokens", usageOption: true, statesCost: false });

/** Models on a machine of the operator's own: they cost nothing. https://docs.ollama.com/api */
export const ollama: Provider = {
  name: "ollama",
  baseUrl: null,
  auth: "bearer",
  envelope: "ollama",
  routes: [
    { method: "POST", path: /^\/api\/(?:chat|generate)$/, metering: ollamaChat },
    { method: "POST", path: /^\/api\/embed(?:dings)?$/, metering: ollamaEmbed },
    { method: "POST", path: /^\/api\/show$/, metering: "free" },
    { method: "GET", path: /^\/api\/(?:tags|ps|version)$/, metering: "free" },
    ...openaiRoutes("/v1", compatibleChat),
  ],
  compatiblePath: "/v1",
};
