import { asArray, asObject, asText, integerField, MAX_OUTPUT_TOKENS, valueOf } from "../fields.ts";
import type { InvalidBody, JsonObject } from "../wire.ts";

// Other models that one message may be answered by, or that are asked inside it: each at its own price.

/** https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback: three are taken. */
const MAX_FALLBACKS = 8;
/** Stand for models that the body doesn't tell, or for a service with no price: no usd budget admits them (law 11). */
const DEFAULT_FALLBACK = "@default-fallback";
const FAST_FALLBACK = "@fast-fallback";
/** An advice is 1,400 to 1,800 tokens. https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool */
const ADVICE_TOKENS = 4_000;

export interface Fallbacks {
  models: string[];
  /** What each attempt may write, where that isn't the request's own limit. */
  limits: (number | undefined)[];
}

/** The models that are tried where one refuses. What was read and written by then is billed, too. */
export function fallbacksOf(body: JsonObject): Fallbacks | { invalid: InvalidBody } {
  const stated = body["fallbacks"] ?? [];
  if (stated === "default") return { models: [DEFAULT_FALLBACK], limits: [undefined] };
  const entries = asArray(stated).map(asObject);
  const models = entries.map((entry) => asText(entry?.["model"]));
  const limits = entries.map((entry) => integerField(entry ?? {}, "max_tokens", MAX_OUTPUT_TOKENS));
  const known = Array.isArray(stated) && models.length <= MAX_FALLBACKS;
  if (!known || models.includes(undefined) || limits.some((limit) => "invalid" in limit)) {
    const message = `'fallbacks' must be at most ${MAX_FALLBACKS} models with limits of their own, or "default".`;
    return { invalid: { param: "fallbacks", message } };
  }
  const isFast = entries.some((entry) => (entry?.["speed"] ?? "standard") !== "standard");
  return {
    models: [...models.filter((model) => model !== undefined), ...(isFast ? [FAST_FALLBACK] : [])],
    limits: limits.map(valueOf),
  };
}

export function advisorsOf(body: JsonObject): string[] {
  return advisorTools(body).flatMap((tool) => asText(tool["model"]) ?? []);
}

/** What advisors write, at most, each use of one. */
export function adviceTokens(body: JsonObject): number {
  const limits = advisorTools(body).map((tool) => Number(tool["max_tokens"] ?? ADVICE_TOKENS));
  return Math.max(0, ...limits.map((limit) => (Number.isSafeInteger(limit) ? limit : ADVICE_TOKENS)));
}

function advisorTools(body: JsonObject): JsonObject[] {
  const tools = asArray(body["tools"]).map(asObject);
  return tools.filter((tool) => tool !== null && asText(tool["type"])?.startsWith("advisor")) as JsonObject[];
}
