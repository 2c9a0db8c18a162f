import { openaiChat } from "../openai/chat.ts";
import type { Provider } from "../provider.ts";
import { anthropicComplete } from "./complete.ts";
import { anthropicMessages } from "./messages.ts";

/** https://platform.claude.com/docs/en/api/overview */
export const anthropic: Provider = {
  name: "anthropic",
  baseUrl: "https://api.anthropic.com",
  auth: "x-api-key",
  envelope: "anthropic",
  under: "/v1/",
  routes: [
    { method: "POST", path: /^\/v1\/messages$/, metering: anthropicMessages },
    { method: "POST", path: /^\/v1\/messages\/count_tokens$/, metering: "free" },
    { method: "POST", path: /^\/v1\/complete$/, metering: anthropicComplete },
    // Its own OpenAI-compatible endpoint. https://platform.claude.com/docs/en/api/openai-sdk
    { method: "POST", path: /^\/v1\/chat\/completions$/, metering: openaiChat, auth: "bearer" },
    { method: "GET", path: /^\/v1\/models(?:\/[^/]+)?$/, metering: "free" },
  ],
  compatiblePath: "/v1",
};
