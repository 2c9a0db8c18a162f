import type { JsonObject } from "../providers/wire.ts";

/**
 * The member of a body that asks for a dearer service than the list price is for, or null: OpenAI's priority tier,
 * Anthropic's fast mode and inference in one region. Until those are priced they are no calls for a usd budget (law 11).
 * https://platform.openai.com/docs/guides/priority-processing, https://platform.claude.com/docs/en/build-with-claude/fast-mode
 */
export function unpricedOption(body: JsonObject): string | null {
  // Google's parser takes either name, and its enum's prefix and numbers: https://ai.google.dev/gemini-api/docs/priority-inference
  const tier = ["service_tier", "serviceTier"].find((name) => isPriority(body[name]));
  if (tier !== undefined) return tier;
  if (body["speed"] !== undefined && body["speed"] !== null && body["speed"] !== "standard") return "speed";
  const geo = body["inference_geo"];
  return geo === undefined || geo === null || geo === "global" ? null : "inference_geo";
}

function isPriority(tier: unknown): boolean {
  return tier === 3 || (typeof tier === "string" && /priority/i.test(tier));
}
