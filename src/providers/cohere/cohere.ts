import { openaiChatOf } from "../openai/chat.ts";
import { openaiEmbeddings } from "../openai/embeddings.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { cohereChat } from "./chat.ts";
import { cohereEmbed } from "./embed.ts";
import { cohereRerank } from "./rerank.ts";

/** It refuses the option that asks for usage. https://docs.cohere.com/docs/compatibility-api */
const compatibleChat = openaiChatOf({ limitField: "max_tokens", usageOption: false, statesCost: false });

const post = (path: string, metering: Wire | "free"): ProviderRoute => {
  return { method: "POST", path: new RegExp(`^${path}$`), metering };
};

/** https://docs.cohere.com/reference/about. Classifications are charged by a count that has no price: they aren't metered. */
export const cohere: Provider = {
  name: "cohere",
  baseUrl: "https://api.cohere.com",
  auth: "bearer",
  envelope: "message",
  routes: [
    post("/v[12]/chat", cohereChat),
    post("/v1/generate", cohereChat),
    post("/v[12]/embed", cohereEmbed),
    post("/v[12]/rerank", cohereRerank),
    post("/v1/(?:tokenize|detokenize|check-api-key)", "free"),
    { method: "GET", path: /^\/v1\/models(?:\/[^/]+)?$/, metering: "free" },
    post("/compatibility/v1/chat/completions", compatibleChat),
    post("/compatibility/v1/embeddings", openaiEmbeddings),
  ],
  compatiblePath: "/compatibility/v1",
};
