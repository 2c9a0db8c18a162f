// The most output tokens that a model gives for one answer: the bound of a call that states no limit.

/** For models that aren't listed: the context window of most open ones, which bounds their answers too. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 131_072;

// Sources, 2026-11: https://platform.openai.com/docs/models (one page a model) and
// https://platform.claude.com/docs/en/about-claude/models/overview. The first match holds.
const LIMITS: [model: RegExp, tokens: number][] = [
  [/^gpt-3\.5/, 4_096],
  [/^gpt-4-32k/, 32_768],
  [/^gpt-4-(?:turbo|vision|1106|0125)/, 4_096],
  [/^gpt-4(?:-\d{4})?$/, 8_192],
  [/^gpt-4\.1/, 32_768],
  [/^gpt-4\.5/, 16_384],
  [/^gpt-4o-2024-05-13/, 4_096],
  [/^(?:chat)?gpt-4o/, 16_384],
  [/^gpt-audio/, 16_384],
  [/^gpt-5(?:\.\d)?-chat/, 16_384],
  [/^gpt-5-pro/, 272_000],
  [/^gpt-[5-9]/, 128_000],
  [/^o1-preview/, 32_768],
  [/^o1-mini/, 65_536],
  [/^o[1-9]/, 100_000],
  [/^claude-(?:instant|v?[12])/, 8_192],
  [/^claude-3-(?:opus|sonnet|haiku)/, 4_096],
  [/^claude-3-5/, 8_192],
  // With the beta header output-128k; 64,000 without.
  [/^claude-3-7/, 128_000],
  [/^claude-opus-4(?:-[01])?(?:$|-20|@)/, 32_000],
  [/^claude-(?:sonnet|haiku)-4(?:-[0-5])?(?:$|-20|@)/, 64_000],
  [/^claude-opus-4-5/, 64_000],
  [/^claude-/, 128_000],
  // https://ai.google.dev/gemini-api/docs/models (one page a model), 2026-11.
  [/^gemini-(?:embedding|1\.|pro(?:-vision)?$|2\.0-flash(?!-thinking))/, 8_192],
  [/^gemini-2\.5-(?:flash|pro)-(?:preview-)?tts/, 16_384],
  [/^gemini-(?:2\.5-flash|3-pro|3\.1-flash)-image/, 32_768],
  [/^gemini-[23](?:\.|-)/, 65_536],
  // Gemini 4 has one limit for input and output together; names without a number may mean it.
  [/^gemini-/, 1_048_576],
  // Bedrock's. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html and its model cards, 2026-11.
  // Nova 2 writes up to 128,000 at its highest effort.
  [/^amazon\.nova-(?:micro|lite|pro)/, 10_000],
  [/^amazon\.nova-premier/, 32_000],
  [/^amazon\.titan-text/, 8_192],
  [/^meta\.llama/, 8_192],
  [/^mistral\.(?:mistral-7b|mixtral|mistral-(?:small|large)-24)/, 8_192],
  [/^cohere\.command/, 4_096],
  [/^ai21\.j/, 8_191],
  [/^deepseek\.r1/, 32_768],
  // https://docs.cohere.com/docs/models, 2026-11.
  [/^command-a-reasoning/, 32_768],
  [/^command-a/, 8_192],
  [/^(?:command|c4ai-aya)/, 4_096],
  // DeepSeek's own names mean its newest models. https://api-docs.deepseek.com/quick_start/pricing, 2026-11.
  [/^deepseek-(?:v4|chat|reasoner)/, 384_000],
  // Open models: whoever serves them, an answer ends at the context window at the latest, and at most providers only there
  // (https://docs.fireworks.ai/faq-new/models-inference/what-are-the-maximum-completion-token-limits-for-models-and-can-they-be-increase).
  // The windows: https://platform.kimi.ai/docs/models, https://docs.mistral.ai/getting-started/models and the models' cards.
  [/^deepseek-/, 163_840],
  [/^kimi-/, 262_144],
  [/^moonshot-v1-8k/, 8_192],
  [/^moonshot-v1-32k/, 32_768],
  [/^(?:qwen-?3|glm-4|minimax-m2)/, 262_144],
  [/^open-(?:mistral-7b|mixtral-8x7b)/, 32_768],
  [/^open-mixtral-8x22b/, 65_536],
  [/^(?:mistral|magistral|ministral|devstral|codestral|pixtral|voxtral|labs)-/, 262_144],
  // No limit of an answer is published; the window is one. https://docs.x.ai/docs/models
  [/^grok-(?:2|3|beta|vision)/, 131_072],
  [/^grok-(?:4|code-fast)(?!-fast|-1-fast|[.]\d)/, 256_000],
];

/** Bedrock's Claude ids are Anthropic's behind the maker's name; any of its ids may have a region's prefix. */
const BEDROCK_PREFIX =
  /^(?:[a-z-]+\.)?(?:anthropic\.)(?=claude)|^[a-z-]+\.(?=(?:amazon|meta|mistral|cohere|ai21|deepseek)\.)/;

/**
 * Fine-tuned models ("ft:gpt-4o-mini:…") have their base's limit; so has what others serve under a name with its maker's
 * before it ("google/gemini-…", "accounts/fireworks/models/…").
 */
export function maxOutputTokens(model: string): number {
  const lower = model.toLowerCase();
  const name = lower
    .slice(lower.lastIndexOf("/") + 1)
    .replace(/^ft:/, "")
    .replace(BEDROCK_PREFIX, "");
  return LIMITS.find(([pattern]) => pattern.test(name))?.[1] ?? DEFAULT_MAX_OUTPUT_TOKENS;
}
