import { usdEach, type OwnPrice } from "./own-price.ts";

const fee = (usdPerThousand: number) => ({ per_request: usdEach(usdPerThousand / 1_000) / 1_000_000 });

/**
 * Perplexity's fee for a call, by how much its search reads. Of its other models the library has the greatest.
 * https://docs.perplexity.ai/docs/legacy/sonar/models/sonar, 2026-11.
 */
export const REQUEST_FEES: OwnPrice[] = [
  { provider: "perplexity", model: /^sonar$/, variants: { low: fee(5), medium: fee(8), high: fee(12) } },
];
