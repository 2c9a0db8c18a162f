import { asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";
import { statedValues } from "./spellings.ts";

// How urgent a call is, which changes its price. https://ai.google.dev/gemini-api/docs/optimization

/** In small letters and without the enum's prefix: "flex", "priority". Undefined where the body leaves it open. */
export function requestedTier(body: JsonObject): string | undefined {
  const tiers = statedValues(body, "serviceTier").map(tierName);
  return tiers.find((tier) => tier === "priority") ?? tiers.find((tier) => tier !== undefined);
}

/** The tier that the answer states: Gemini's in words, Vertex's as the kind of its traffic, which old ones count by number. */
export function answeredTier(usageMetadata: JsonObject): string | undefined {
  const tier = tierName(usageMetadata["serviceTier"]);
  if (tier !== undefined) return tier;
  const traffic = usageMetadata["trafficType"];
  const name = traffic === 1 ? "ON_DEMAND" : traffic === 2 ? "PROVISIONED_THROUGHPUT" : asText(traffic);
  if (name === "ON_DEMAND") return "standard";
  return name?.toLowerCase().replace(/^on_demand_/, "");
}

/** https://ai.google.dev/api/generate-content#ServiceTier */
const NUMBERED = ["unspecified", "standard", "flex", "priority"];

function tierName(value: unknown): string | undefined {
  if (typeof value === "number") return NUMBERED[value] ?? "priority";
  return asText(value)
    ?.toLowerCase()
    .replace(/^service_tier_/, "");
}
