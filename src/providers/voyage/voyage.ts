import { openaiEmbeddings } from "../openai/embeddings.ts";
import type { Provider } from "../provider.ts";
import { rerank } from "../rerank/rerank.ts";

/** Embeddings and reranks, which state the total of their tokens alone. https://docs.voyageai.com/reference */
export const voyage: Provider = {
  name: "voyage",
  baseUrl: "https://api.voyageai.com",
  auth: "bearer",
  envelope: "openai",
  under: "/v1/",
  routes: [
    { method: "POST", path: /^\/v1\/(?:multimodal|contextualized)?embeddings$/, metering: openaiEmbeddings },
    { method: "POST", path: /^\/v1\/rerank$/, metering: rerank },
  ],
  compatiblePath: "/v1",
};
