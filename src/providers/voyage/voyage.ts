import { openaiEmbeddings } from "../openai/embeddings.ts";
import type { Provider } from "../provider.ts";
import { tokenRerank } from "./token-rerank.ts";

/** https://docs.voyageai.com/reference */
export const voyage: Provider = {
  name: "voyage",
  baseUrl: "https://api.voyageai.com",
  auth: "bearer",
  envelope: "openai",
  under: "/v1/",
  routes: [
    { method: "POST", path: /^\/v1\/(?:multimodal|contextualized)?embeddings$/, metering: openaiEmbeddings },
    { method: "POST", path: /^\/v1\/rerank$/, metering: tokenRerank({ statesCost: false }) },
  ],
  compatiblePath: "/v1",
};
