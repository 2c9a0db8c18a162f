import { openaiChatOf } from "../openai/chat.ts";
import { openaiEmbeddings } from "../openai/embeddings.ts";
import type { Provider } from "../provider.ts";
import { cohereChat } from "./chat.ts";
import { cohereEmbed } from "./embed.ts";
import { cohereRerank } from "./rerank.ts";

/** It knows the older limit alone, and refuses `stream_options`. https://docs.cohere.com/docs/compatibility-api */
const compatibleChat = openaiChatOf({ limitField: "max_tokens", usageOption: false, statesCost: false });

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
    { method: "POST", path: /^\/compatibility\/v1\/chat\/completions$/, metering: compatibleChat },
    { method: "POST", path: /^\/compatibility\/v1\/embeddings$/, metering: openaiEmbeddings },
  ],
  compatiblePath: "/compatibility/v1",
};
