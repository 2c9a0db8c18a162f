import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { openaiChat } from "./chat.ts";

/**
 * The endpoints behind `/v1` that OpenAI and those who are compatible with it share, by their path behind the base. `chat`:
 * as the provider speaks it.
 */
export function openaiRoutes(base: string, chat: Wire = openaiChat): ProviderRoute[] {
  const at = (path: string) => new RegExp(`^${base}${path}$`);
  return [
    { method: "POST", path: at("/chat/completions"), metering: chat },
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
