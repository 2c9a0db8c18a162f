import { openaiChatOf, type ChatDialect } from "../openai/chat.ts";
import { openaiCompletions } from "../openai/completions.ts";
import { openaiRoutes } from "../openai/openai.ts";
import { openaiResponses } from "../openai/responses.ts";
import type { Provider } from "../provider.ts";
import { rerank } from "../rerank/rerank.ts";
import type { Wire } from "../wire.ts";
import { openrouterChat } from "./openrouter-chat.ts";
import { routed } from "./openrouter-routing.ts";
import { perplexityChat } from "./perplexity-chat.ts";
import { thinking } from "./thoughts.ts";

interface Where {
  baseUrl: string;
  /** What stands before its endpoints, behind its base URL. */
  base: string;
  /** The same as a pattern, where there are several. Default: `base`. */
  bases?: string;
  chat: Wire;
}

/** A provider whose interface is OpenAI's. */
const compatible = (name: string, { baseUrl, base, bases = base, chat }: Where): Provider => ({
  name,
  baseUrl,
  auth: "bearer",
  envelope: "openai",
  // Together's and OpenRouter's; who has none answers so.
  routes: [
    ...openaiRoutes(bases, chat),
    { method: "POST", path: new RegExp(`^${bases}/rerank$`), metering: rerank },
  ],
  compatiblePath: base,
});

/** The provider with some of its formats as it alone speaks them. */
function speaking(provider: Provider, wires: readonly Wire[], own: (wire: Wire) => Wire): Provider {
  const routes = provider.routes.map((route) => {
    const { metering } = route;
    return metering !== "free" && wires.includes(metering) ? { ...route, metering: own(metering) } : route;
  });
  return { ...provider, routes };
}

/** Knows both limits, and states usage in a stream where it is asked to. */
const NEWER: ChatDialect = { limitField: "max_completion_tokens", usageOption: true, statesCost: false };
/** Knows only the older limit. */
const OLDER: ChatDialect = { ...NEWER, limitField: "max_tokens" };

/** https://console.groq.com/docs/api-reference#chat-create */
export const groq = compatible("groq", {
  baseUrl: "https://api.groq.com",
  base: "/openai/v1",
  chat: openaiChatOf(NEWER),
});
/** https://docs.x.ai/docs/api-reference#chat-completions */
const xaiChat = openaiChatOf({ ...NEWER, statesCost: true });
export const xai = speaking(
  compatible("xai", { baseUrl: "https://api.x.ai", base: "/v1", chat: xaiChat }),
  [xaiChat, openaiResponses],
  thinking,
);
/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter = speaking(
  compatible("openrouter", { baseUrl: "https://openrouter.ai", base: "/api/v1", chat: openrouterChat }),
  [openaiResponses, openaiCompletions],
  routed,
);
/** https://docs.together.ai/reference/chat-completions-1: no newer limit and no option for usage, which is always stated. */
export const together = compatible("together", {
  baseUrl: "https://api.together.xyz",
  base: "/v1",
  chat: openaiChatOf({ ...OLDER, usageOption: false }),
});
/** https://docs.fireworks.ai/api-reference/post-chatcompletions */
export const fireworks = compatible("fireworks", {
  baseUrl: "https://api.fireworks.ai",
  base: "/inference/v1",
  chat: openaiChatOf(NEWER),
});
/** https://inference-docs.cerebras.ai/api-reference/chat-completions */
export const cerebras = compatible("cerebras", {
  baseUrl: "https://api.cerebras.ai",
  base: "/v1",
  chat: openaiChatOf(NEWER),
});
/** https://platform.kimi.ai/docs/api/chat */
export const moonshot = compatible("moonshot", {
  baseUrl: "https://api.moonshot.ai",
  base: "/v1",
  chat: openaiChatOf(NEWER),
});
/**
 * Ignores the newer limit without a word. It takes its paths with and without a version.
 * https://api-docs.deepseek.com/api/create-chat-completion
 */
export const deepseek = compatible("deepseek", {
  baseUrl: "https://api.deepseek.com",
  base: "",
  bases: "(?:/v1|/beta)?",
  chat: openaiChatOf(OLDER),
});
export const perplexity = compatible("perplexity", {
  baseUrl: "https://api.perplexity.ai",
  base: "",
  bases: "(?:/v1)?",
  chat: perplexityChat,
});
