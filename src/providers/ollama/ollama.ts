import { openaiRoutes } from "../openai/openai.ts";
import type { Provider } from "../provider.ts";
import { ollamaEmbed } from "./embed.ts";
import { ollamaGenerate } from "./generate.ts";

/** Its models run at home: where that is, only a setting can say. https://docs.ollama.com/api */
export const ollama: Provider = {
  name: "ollama",
  baseUrl: null,
  auth: "bearer",
  envelope: "openai",
  routes: [
    { method: "POST", path: /^\/api\/(?:chat|generate)$/, metering: ollamaGenerate },
    { method: "POST", path: /^\/api\/embed(?:dings)?$/, metering: ollamaEmbed },
    { method: "POST", path: /^\/api\/show$/, metering: "free" },
    { method: "GET", path: /^\/api\/(?:tags|ps|version)$/, metering: "free" },
    // https://docs.ollama.com/openai
    ...openaiRoutes("/v1"),
  ],
  compatiblePath: "/v1",
};
