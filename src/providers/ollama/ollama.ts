import { openaiChatOf } from "../openai/chat.ts";
import { openaiRoutes } from "../openai/openai.ts";
import type { Provider } from "../provider.ts";
import { ollamaEmbed } from "./embed.ts";
import { ollamaGenerate } from "./generate.ts";

/** It knows the older limit alone. https://docs.ollama.com/api/openai-compatibility */
const compatibleChat = openaiChatOf({ limitField: "max_tokens", usageOption: true, statesCost: false });

/** Its models run at home: where that is, only a setting can say. https://docs.ollama.com/api */
export const ollama: Provider = {
  name: "ollama",
  baseUrl: null,
  auth: "bearer",
  envelope: "ollama",
  routes: [
    { method: "POST", path: /^\/api\/(?:chat|generate)$/, metering: ollamaGenerate },
    { method: "POST", path: /^\/api\/embed(?:dings)?$/, metering: ollamaEmbed },
    { method: "POST", path: /^\/api\/show$/, metering: "free" },
    { method: "GET", path: /^\/api\/(?:tags|ps|version)$/, metering: "free" },
    ...openaiRoutes("/v1", compatibleChat),
  ],
  compatiblePath: "/v1",
};
