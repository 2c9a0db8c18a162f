import { usdEach, usdPerMillion, type OwnPrice } from "./own-price.ts";

/** Embeddings and reranks that the library lacks. */
export const RETRIEVAL_PRICES: OwnPrice[] = [
  // https://cohere.com/pricing, by the thousand searches and the million tokens, 2026-06. It has none for Rerank 3 and 5.
  {
    provider: "cohere",
    model: /^rerank-(?:v3\.5|v4\.0-fast)$/,
    units: { search_units: usdEach(0.002) },
  },
  { provider: "cohere", model: /^rerank-v4\.0-pro$/, units: { search_units: usdEach(0.0025) } },
  {
    provider: "cohere",
    model: /^embed-(?:english|multilingual)-v3\.0$/,
    rates: { input: usdPerMillion(0.1) },
  },
  // https://docs.voyageai.com/docs/pricing, 2026-11.
  { provider: "voyage", model: /^rerank-2(?:\.5)?$/, rates: { input: usdPerMillion(0.05) } },
  { provider: "voyage", model: /^rerank-2(?:\.5)?-lite$/, rates: { input: usdPerMillion(0.02) } },
];
