import { usdEach, usdPerMillion, type OwnPrice } from "./own-price.ts";

// A region's prefix ("eu.") may stand before an id; what such a profile costs more, the library says.
const tokens = (input: number, output?: number) => ({
  input: usdPerMillion(input),
  ...(output !== undefined && { output: usdPerMillion(output) }),
});

/**
 * Models of Bedrock that the library lacks, in US regions. https://aws.amazon.com/bedrock/pricing/, 2026-11, whose stored copies
 * have no numbers: not read again.
 */
export const BEDROCK_PRICES: OwnPrice[] = [
  { provider: "bedrock", model: /^cohere\.command-light-text-v14/, rates: tokens(0.3, 0.6) },
  { provider: "bedrock", model: /^cohere\.command-r-v1:0$/, rates: tokens(0.5, 1.5) },
  { provider: "bedrock", model: /^cohere\.command-r-plus-v1:0$/, rates: tokens(3, 15) },
  // Texts only: other media have prices of their own.
  { provider: "bedrock", model: /^cohere\.embed-(?:english|multilingual)-v3$/, rates: tokens(0.1) },
  { provider: "bedrock", model: /^(?:[a-z-]+\.)?cohere\.embed-v4:0$/, rates: tokens(0.12) },
  {
    provider: "bedrock",
    model: /^amazon\.nova-2-multimodal-embeddings-v1:0$/,
    rates: tokens(0.135),
  },
  { provider: "bedrock", model: /^amazon\.rerank-v1:0$/, units: { search_units: usdEach(0.001) } },
];
