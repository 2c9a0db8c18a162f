import { openaiChat } from "../openai/chat.ts";
import type { Provider } from "../provider.ts";
import { cohereChat } from "./chat.ts";
import { cohereEmbed } from "./embed.ts";
import { cohereRerank } from "./rerank.ts";

/** https://docs.cohere.com/reference/about */
export const cohere: Provider = {
  name: "cohere",
  baseUrl: "https://api.cohere.com",
  auth: "bearer",
  envelope: "message",
  routes: [
    { method: "POST", path: /^\/v[12]\/chat$/, metering: cohereChat },
    { method: "POST", path: /^\/v1\/generate$/, metering: cohereChat },
    { method: "POST", path: /^\/v[12]\/embed$/, metering: cohereEmbed },
    { method: "POST", path: /^\/v[12]\/rerank$/, metering: cohereRerank },
    { method: "POST", path: /^\/v1\/(?:tokenize|detokenize|check-api-key)$/, metering: "free" },
    { method: "GET", path: /^\/v1\/models(?:\/[^/]+)?$/, metering: "free" },
    // https://docs.cohere.com/docs/compatibility-api
    { method: "POST", path: /^\/compatibility\/v1\/chat\/completions$/, metering: openaiChat },
  ],
  compatiblePath: "/compatibility/v1",
};
