import type { InputExtras } from "../../domain/estimate.ts";

// Perplexity's deep research searches, reads and thinks as much as it finds right. Nothing in a call bounds it, so these
// are guesses above what its documentation tells of: 30 searches, 74,000 tokens of thought.
// https://docs.perplexity.ai/docs/getting-started/pricing, 2026-11.

const SEARCHES = 60;
const THOUGHT_TOKENS = 150_000;
const CITED_TOKENS = 100_000;

export function addResearch(extras: InputExtras, model: string): void {
  if (!/sonar-deep-research/.test(model)) return;
  extras.toolCalls["web_search"] = Math.max(extras.toolCalls["web_search"] ?? 0, SEARCHES);
  extras.outputTokens = Math.max(extras.outputTokens, THOUGHT_TOKENS);
  extras.resultTokens = Math.max(extras.resultTokens, CITED_TOKENS);
}
