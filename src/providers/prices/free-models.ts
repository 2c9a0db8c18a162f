/** Models that their provider charges nothing for. Only these are free: an unknown price isn't (R22). */
const FREE: { provider: string; model: RegExp }[] = [
  // https://openrouter.ai/docs/guides/routing/model-variants/free, 2026-11.
  { provider: "openrouter", model: /:free$/ },
  // https://platform.openai.com/docs/guides/moderation, 2026-11.
  { provider: "openai", model: /^(?:omni|text)-moderation-/ },
  // https://ai.google.dev/gemini-api/docs/pricing ("Gemma 3", "Gemma 4": free of charge, no paid tier), 2026-11.
  { provider: "google", model: /^gemma-/ },
  // Runs on the operator's own machine.
  { provider: "ollama", model: /./ },
];

export function isFreeModel({ provider, model }: { provider: string; model: string }): boolean {
  return FREE.some((row) => row.provider === provider && row.model.test(model));
}
