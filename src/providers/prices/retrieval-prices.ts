import { usdEach, usdPerMillion, type OwnPrice } from "./own-price.ts";

/** Embeddings and reranks that the library lacks. */
export const RETRIEVAL_PRICES: OwnPrice[] = [
  // https://cohere.com/pricing, by the thousand searches and the million tokens, 2026-06; since then it lists instances by
  // the hour only. It has none for Rerank 3 and 5, nor for classifications.
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
  // https://docs.voyageai.com/docs/pricing, 2026-11; 3 as https://www.getmaxim.ai/bifrost/llm-cost-calculator/provider/voyage/model/rerank-3
  // quotes it, read 2026-11-30.
  { provider: "voyage", model: /^rerank-(?:2(?:\.5)?|3)$/, rates: { input: usdPerMillion(0.05) } },
  { provider: "voyage", model: /^rerank-(?:2(?:\.5)?|3)-lite$/, rates: { input: usdPerMillion(0.02) } },
];
