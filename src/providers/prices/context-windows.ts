// The most input that a model reads at once: the bound of a call whose input the body only names.

/** For models that aren't listed. No provider's public model is known to read more. */
export const DEFAULT_CONTEXT_TOKENS = 2_000_000;

// Sources, 2026-11: https://platform.openai.com/docs/models (one page a model), https://ai.google.dev/gemini-api/docs/models
// and https://docs.x.ai/docs/models. The first match holds.
const WINDOWS: [model: RegExp, tokens: number][] = [
  [/^gpt-3\.5-turbo-instruct/, 4_096],
  [/^gpt-3\.5/, 16_385],
  [/^gpt-4-32k/, 32_768],
  [/^gpt-4(?:-0314|-0613)?$/, 8_192],
  [/^gpt-4\.1/, 1_047_576],
  [/^(?:chat)?gpt-4/, 128_000],
  [/^gpt-5(?:\.\d)?-chat/, 128_000],
  [/^gpt-5(?:\.[0-3])?(?:$|-)/, 400_000],
  [/^gpt-[5-9]/, 1_050_000],
  [/^o1-(?:preview|mini)/, 128_000],
  [/^o[1-9]/, 200_000],
  [/^computer-use-preview/, 8_192],
  [/^grok-4-fast|^grok-4-1-fast|^grok-4\.\d/, 2_000_000],
  [/^grok/, 256_000],
  [/^gemini/, 1_048_576],
  // https://platform.claude.com/docs/en/about-claude/models/overview, 2026-11. Sonnet 4 and 4.5 read a million with a beta header.
  [/claude-(?:v?[12]|instant|3|opus-4(?:-[015])?(?:$|[-@]20)|haiku-4)/, 200_000],
  [/claude-/, 1_000_000],
];

/** `model` without a provider's prefix. Fine-tuned models have their base's. */
export function contextWindow(model: string): number {
  const name = model.toLowerCase().replace(/^ft:/, "");
  return WINDOWS.find(([pattern]) => pattern.test(name))?.[1] ?? DEFAULT_CONTEXT_TOKENS;
}
