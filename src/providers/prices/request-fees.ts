import { usdEach, type OwnPrice } from "./own-price.ts";

const fee = (usdPerThousand: number) => ({ per_request: usdEach(usdPerThousand / 1_000) / 1_000_000 });

/**
 * Perplexity's fee for a call, by how much its search reads. Of its other models the library has the greatest.
 * https://docs.perplexity.ai/docs/legacy/sonar/models/sonar, 2026-11. OpenRouter passes them on:
 * https://openrouter.ai/docs/guides/features/plugins/web-search.
 */
export const REQUEST_FEES: OwnPrice[] = [
  { provider: "perplexity", model: /^sonar$/, variants: { low: fee(5), medium: fee(8), high: fee(12) } },
  {
    provider: "openrouter",
    model: /^perplexity\/sonar$/,
    variants: { low: fee(5), medium: fee(8), high: fee(12) },
  },
  {
    provider: "openrouter",
    model: /^perplexity\/sonar-(?:pro|reasoning|reasoning-pro)$/,
    variants: { low: fee(6), medium: fee(10), high: fee(14) },
  },
];
