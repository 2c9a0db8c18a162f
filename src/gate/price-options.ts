import type { PriceOptions } from "../domain/price-options.ts";
import type { CallFacts, JsonObject } from "../providers/wire.ts";

/** What a body asks for that changes its price, and the member that says so. */
export interface AskedOption {
  param: string;
  options: PriceOptions;
}

/**
 * What the call asks for beside its model, one by one: first the tier and the variant that its wire format read, else the
 * members that JSON formats share. https://platform.openai.com/docs/api-reference/chat/create#chat-create-service_tier,
 * https://platform.claude.com/docs/en/build-with-claude/fast-mode and /data-residency.
 */
export function askedOptions(facts: CallFacts, body: JsonObject, provider: string): AskedOption[] {
  const { priceOptions } = facts;
  if (priceOptions) {
    const { tier, variant } = priceOptions;
    return [
      ...(tier === undefined ? [] : [{ param: "service_tier", options: { tier } }]),
      ...(variant === undefined
        ? []
        : [{ param: provider === "perplexity" ? "web_search_options" : "quality", options: { variant } }]),
    ];
  }
  const members = SELLERS_OF_CLAUDE.has(provider)
    ? ["service_tier", "speed", "inference_geo"]
    : ["service_tier"];
  return members.flatMap((param) => {
    const value = body[param] ?? undefined;
    // As a number it is the speed of a voice.
    if (value === undefined || (param === "speed" && typeof value === "number")) return [];
    // What isn't a text is no tier that has a price.
    return [{ param, options: { tier: typeof value === "string" ? value : "unknown" } }];
  });
}

/** Who takes Anthropic's own members. */
const SELLERS_OF_CLAUDE = new Set(["anthropic", "vertex", "openrouter"]);

/** All of them as one. */
export function joinedOptions(asked: AskedOption[]): PriceOptions {
  const tiers = asked.flatMap(({ options }) => options.tier ?? []);
  const variant = asked.find(({ options }) => options.variant !== undefined)?.options.variant;
  return {
    ...(tiers.length > 0 && { tier: tiers.join(" ") }),
    ...(variant !== undefined && { variant }),
  };
}
