import type { UnitRates } from "../../domain/billed-units.ts";
import type { Rates } from "../../domain/pricing.ts";
import { usdEach, usdPerMillion } from "./own-price.ts";

// What the price library lacks. USD per million tokens times 1e9; `per_request` in nano-USD.

interface Supplement {
  rates?: Rates;
  units?: UnitRates;
  per_request?: number;
}

/** Source: https://platform.openai.com/docs/pricing ("Audio tokens", "Built-in tools"), 2026-03. The first match holds. */
const SUPPLEMENTS: { provider: string; model: RegExp; supplement: Supplement }[] = [
  {
    provider: "openai",
    model: /^gpt-4o-audio-preview/,
    supplement: { rates: { audio_input: 40_000_000_000, audio_output: 80_000_000_000 } },
  },
  {
    provider: "openai",
    model: /^gpt-4o-mini-audio-preview/,
    supplement: { rates: { audio_input: 10_000_000_000, audio_output: 20_000_000_000 } },
  },
  // Each call searches once, and chat usage doesn't say so: 25 USD per thousand (10 for reasoning models).
  { provider: "openai", model: /^gpt-4o(?:-mini)?-search-preview/, supplement: { per_request: 25_000_000 } },
  { provider: "openai", model: /^gpt-5-search-api/, supplement: { per_request: 10_000_000 } },
  // The sound of a question is charged by its length alone: 0.004 USD a minute. https://docs.mistral.ai/models/, 2026-08.
  {
    provider: "mistral",
    model: /^voxtral-small/,
    supplement: { rates: { audio_input: 0 }, units: { seconds: usdEach(0.004 / 60) } },
  },
  // The library has one price for both versions. https://aws.amazon.com/bedrock/pricing/ ("Titan Text Embeddings V2"), 2026-11.
  {
    provider: "bedrock",
    model: /^amazon\.titan-embed-text-v2:0$/,
    supplement: { rates: { input: usdPerMillion(0.02) } },
  },
  // Pictures to embed. https://cohere.com/pricing ("Embed 4"), 2026-11.
  { provider: "cohere", model: /^embed-v4\.0/, supplement: { rates: { image_input: usdPerMillion(0.47) } } },
];

export function supplementFor({ provider, model }: { provider: string; model: string }): Supplement {
  const row = SUPPLEMENTS.find((row) => row.provider === provider && row.model.test(model));
  return row?.supplement ?? {};
}
