import { usdEach, type OwnPrice } from "./own-price.ts";

const fee = (usdPerThousand: number) => ({ per_request: usdEach(usdPerThousand / 1_000) / 1_000_000 });

const FEES = {
  sonar: { low: fee(5), medium: fee(8), high: fee(12) },
  others: { low: fee(6), medium: fee(10), high: fee(14) },
  agent: { "pro-low": fee(14), "pro-medium": fee(18), "pro-high": fee(22) },
};

/**
 * Perplexity's fee for a call, by how much its search reads, and by whether it is an agent's.
 * https://docs.perplexity.ai/docs/getting-started/pricing, an agent's ("Pro Search") as well, as others quote that page
 * (https://token-plan.pages.dev/en/perplexity-token-api/, 2026-11), read 2026-11-30. OpenRouter passes them on:
 * https://openrouter.ai/docs/guides/features/plugins/web-search.
 */
export const REQUEST_FEES: OwnPrice[] = [
  { provider: "perplexity", model: /^sonar$/, variants: FEES.sonar },
  { provider: "perplexity", model: /^sonar-pro$/, variants: { ...FEES.others, ...FEES.agent } },
  { provider: "perplexity", model: /^sonar-reasoning(?:-pro)?$/, variants: FEES.others },
  { provider: "openrouter", model: /^perplexity\/sonar$/, variants: FEES.sonar },
  {
    provider: "openrouter",
    model: /^perplexity\/sonar-(?:pro|reasoning|reasoning-pro)$/,
    variants: FEES.others,
  },
];
