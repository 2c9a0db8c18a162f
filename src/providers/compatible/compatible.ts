import { openaiChatOf } from "../openai/chat.ts";
import { openaiRoutes } from "../openai/openai.ts";
import type { Provider } from "../provider.ts";
import type { Wire } from "../wire.ts";

const STATES_COST = openaiChatOf({ statesCost: true });

/** A provider whose interface is OpenAI's. `base`: what stands before its endpoints, behind its base URL. */
const compatible = (
  name: string,
  { baseUrl, base, chat }: { baseUrl: string; base: string; chat?: Wire },
): Provider => ({
  name,
  baseUrl,
  auth: "bearer",
  envelope: "openai",
  routes: openaiRoutes(base, chat),
  compatiblePath: base,
});

/** https://console.groq.com/docs/openai */
export const groq = compatible("groq", { baseUrl: "https://api.groq.com", base: "/openai/v1" });
/** https://docs.x.ai/docs/api-reference */
export const xai = compatible("xai", { baseUrl: "https://api.x.ai", base: "/v1", chat: STATES_COST });
/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter = compatible("openrouter", {
  baseUrl: "https://openrouter.ai",
  base: "/api/v1",
  chat: STATES_COST,
});
/** https://docs.together.ai/docs/openai-api-compatibility */
export const together = compatible("together", { baseUrl: "https://api.together.xyz", base: "/v1" });
/** https://docs.fireworks.ai/tools-sdks/openai-compatibility */
export const fireworks = compatible("fireworks", {
  baseUrl: "https://api.fireworks.ai",
  base: "/inference/v1",
});
/** https://inference-docs.cerebras.ai/resources/openai */
export const cerebras = compatible("cerebras", { baseUrl: "https://api.cerebras.ai", base: "/v1" });
/** https://platform.moonshot.ai/docs */
export const moonshot = compatible("moonshot", { baseUrl: "https://api.moonshot.ai", base: "/v1" });
/** It takes its paths with and without a version. https://api-docs.deepseek.com */
export const deepseek: Provider = {
  ...compatible("deepseek", { baseUrl: "https://api.deepseek.com", base: "" }),
  routes: openaiRoutes("(?:/v1|/beta)?"),
};
/** https://docs.perplexity.ai/api-reference */
export const perplexity: Provider = {
  ...compatible("perplexity", { baseUrl: "https://api.perplexity.ai", base: "" }),
  routes: openaiRoutes("(?:/v1)?", STATES_COST),
};
