import { usdEach, usdPerMillion, type OwnPrice } from "./own-price.ts";

/** Embeddings and reranks that the library lacks. */
export const RETRIEVAL_PRICES: OwnPrice[] = [
  // https://cohere.com/pricing: 2 USD per thousand searches; 0.10 USD per million tokens, 2026-11.
  {
    provider: "cohere",
    model: /^rerank-(?:v3\.5|(?:english|multilingual)-v3\.0)$/,
    units: { search_units: usdEach(0.002) },
  },
  {
    provider: "cohere",
    model: /^embed-(?:english|multilingual)-v3\.0$/,
    rates: { input: usdPerMillion(0.1) },
  },
  // https://docs.voyageai.com/docs/pricing, 2026-11.
  { provider: "voyage", model: /^rerank-2(?:\.5)?$/, rates: { input: usdPerMillion(0.05) } },
  { provider: "voyage", model: /^rerank-2(?:\.5)?-lite$/, rates: { input: usdPerMillion(0.02) } },
];
