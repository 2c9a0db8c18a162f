import type { Factor } from "../../domain/scaled-price.ts";

// What a service tier costs over the list price. Rows give the source; where a model has no row, its dearer tier is
// unpriced.

interface Row {
  provider: string;
  model: RegExp;
  tier: string;
  factor: Factor;
}

/** Other names of the same tier. OpenAI renamed priority in July 2026: https://openai.com/api-fast-mode/. */
const ALIASES: Record<string, Record<string, string>> = {
  openai: { fast: "priority" },
  azure: { fast: "priority" },
};

/** Names of the service that the list price is for; `scale`, `priority` at Anthropic: bought ahead, metered as the list. */
const AT_LIST_PRICE =
  /^(?:auto|default|standard|standard_only|on_demand|scale|unspecified|provisioned_throughput|reserved|global|not_available)$/;
/** Names under which a dearer service is sold somewhere. */
const DEARER = new Set(["priority", "fast", "performance", "optimized", "us", "unknown"]);
/** Names under which a cheaper service is sold: where its discount isn't known, it is charged at the list price. */
const CHEAPER = new Set(["flex", "batch"]);
const BOUGHT_AHEAD: Record<string, string> = { anthropic: "priority" };

/**
 * What the OpenAI models cost in fast mode. https://openai.com/api-fast-mode/ and https://developers.openai.com/api/docs/pricing
 * ("Priority"), read 2026-11-30; GPT-6 as others quote the latter page of 2026-09. Before GPT-5.6, long context isn't served fast.
 */
const OPENAI_PRIORITY: [model: RegExp, factor: Factor][] = [
  [/^gpt-6-(?:astra|sol|luna)(?:-20|$)/, [2, 1]],
  [/^gpt-5\.6-(?:sol|terra|luna)/, [2, 1]],
  [/^gpt-5\.5(?:-20|$)/, [5, 2]],
  [/^gpt-5\.4(?:-mini)?(?:-20|$)/, [2, 1]],
  [/^gpt-5\.2(?:-20|$)/, [2, 1]],
  [/^gpt-5(?:\.1)?(?:-codex)?(?:-20|$)/, [2, 1]],
  [/^gpt-5-mini/, [9, 5]],
  [/^gpt-4\.1-nano/, [2, 1]],
  [/^gpt-4\.1(?:-mini)?(?:-20|$)/, [7, 4]],
  [/^gpt-4o-mini(?:-20|$)/, [5, 3]],
  [/^gpt-4o-2024-05-13$/, [7, 4]],
  [/^gpt-4o(?:-20|$)/, [17, 10]],
  [/^o3(?:-20|$)/, [7, 4]],
  [/^o4-mini(?:-20|$)/, [20, 11]],
];

/** The models of Bedrock whose tiers were seen in its price list. */
const BEDROCK_TIERED = /^(?:[a-z-]+\.)?(?:amazon\.nova-(?:pro|2-lite)|openai\.gpt-oss-(?:20|120)b)-/;

const ROWS: Row[] = [
  ...OPENAI_PRIORITY.map(([model, factor]) => ({ provider: "openai", model, tier: "priority", factor })),
  // https://developers.openai.com/api/docs/guides/flex-processing: the prices of the Batch API, which are half in
  // https://developers.openai.com/api/docs/pricing, read 2026-11-30.
  { provider: "openai", model: /./, tier: "flex", factor: [1, 2] },
  { provider: "openai", model: /./, tier: "batch", factor: [1, 2] },
  // https://platform.claude.com/docs/en/build-with-claude/batch-processing#pricing, 2026-11.
  { provider: "anthropic", model: /./, tier: "batch", factor: [1, 2] },
  // https://platform.claude.com/docs/en/build-with-claude/fast-mode: 10 and 50 USD where the list has 5 and 25, 2026-05;
  // Opus 5 the same by https://openrouter.ai/anthropic/claude-opus-5-fast-20260723, 2026-07; Opus 5.5 8 and 40 by
  // https://github.com/kurofune/claudit/releases/tag/v1.9.0, which quotes the price list of 2026-09. Opus 4.8 loses it on 2026-11-30.
  { provider: "anthropic", model: /^claude-opus-(?:4-8|5|5-5)(?:$|-20)/, tier: "fast", factor: [2, 1] },
  // https://platform.claude.com/docs/en/manage-claude/data-residency, 2026-11; the factor again as others quote it, 2026-11-30.
  // Models before Opus 4.6 refuse it.
  { provider: "anthropic", model: /^claude-/, tier: "us", factor: [11, 10] },
  // https://ai.google.dev/gemini-api/docs/optimization, read 2026-11-30: half for flex and batch, 75 % to 100 % more for
  // priority. Of what others quote of https://ai.google.dev/gemini-api/docs/pricing it is 80 % for each model (2.70 where the
  // list has 1.50).
  ...["google", "vertex"].flatMap((provider): Row[] => [
    { provider, model: /^gemini-/, tier: "flex", factor: [1, 2] },
    { provider, model: /^gemini-/, tier: "batch", factor: [1, 2] },
    { provider, model: /^gemini-/, tier: "priority", factor: [9, 5] },
  ]),
  // https://console.groq.com/docs/flex-processing: the price of on-demand, 2026-11.
  { provider: "groq", model: /./, tier: "flex", factor: [1, 1] },
  // AWS's page (https://aws.amazon.com/bedrock/service-tiers) gives no number. Its price list API does, by those who quote it:
  // https://raw.githubusercontent.com/api-evangelist/amazon-nova/refs/heads/main/plans/amazon-nova-plans-pricing.yml, 2026-09.
  { provider: "bedrock", model: BEDROCK_TIERED, tier: "priority", factor: [7, 4] },
  { provider: "bedrock", model: BEDROCK_TIERED, tier: "flex", factor: [1, 2] },
];

/**
 * The factors of a tier over the list price, one a word of it; none at the list price. Null where a word's own price
 * isn't known and it may be dearer.
 */
export function tierFactors({
  provider,
  model,
  tier,
}: {
  provider: string;
  model: string;
  tier: string;
}): Factor[] | null {
  const factors: Factor[] = [];
  for (const word of tierWords(provider, tier)) {
    const row = ROWS.find((row) => row.tier === word && row.provider === provider && row.model.test(model));
    if (row) factors.push(row.factor);
    else if (!CHEAPER.has(word)) return null;
  }
  return factors;
}

/** The words of a tier that may change the price, in the table's names. */
export function tierWords(provider: string, tier: string): string[] {
  const words = tier
    .toLowerCase()
    .split(" ")
    .map((word) => word.replace(/^service_tier_/, ""));
  const priced = words.filter(
    (word) => word !== "" && !AT_LIST_PRICE.test(word) && BOUGHT_AHEAD[provider] !== word,
  );
  return [...new Set(priced.map((word) => ALIASES[provider]?.[word] ?? word))];
}

/** Whether a word of the tier stands for a dearer service. A name that nobody sells one under doesn't change the price. */
export function isDearerTier(provider: string, tier: string): boolean {
  return tierWords(provider, tier).some((word) => DEARER.has(word));
}
