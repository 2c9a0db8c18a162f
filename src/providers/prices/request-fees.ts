import { usdEach, type OwnPrice } from "./own-price.ts";

const fee = (usdPerThousand: number) => ({ per_request: usdEach(usdPerThousand / 1_000) / 1_000_000 });

/** Perplexity's fee for a call, by how much its search reads ("low" where the call doesn't say). https://docs.perplexity.ai/getting-started/pricing, 2026-11. */
export const REQUEST_FEES: OwnPrice[] = [
  {
    provider: "perplexity",
    model: /^sonar(?:-reasoning)?$/,
    variants: { low: fee(5), medium: fee(8), high: fee(12) },
  },
  {
    provider: "perplexity",
    model: /^sonar-(?:reasoning-)?pro$/,
    variants: { low: fee(6), medium: fee(10), high: fee(14) },
  },
];
