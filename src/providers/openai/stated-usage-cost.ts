import { statedCostNano } from "../prices/stated-cost.ts";
import { asObject } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

/**
 * What the call costs by the provider's own word, in integer nano-USD; undefined where it says nothing. xAI counts ticks:
 * https://docs.x.ai/docs/key-information/consumption-and-rate-limits. Perplexity states an object:
 * https://docs.perplexity.ai/api-reference/chat-completions-post. OpenRouter states a number.
 */
export function statedUsageCost(usage: unknown): number | undefined {
  const stated = asObject(usage);
  if (!stated) return undefined;
  const ticks = statedCostNano(stated["cost_in_usd_ticks"], "ticks");
  if (ticks !== undefined) return ticks;
  const cost = asObject(stated["cost"]);
  return cost ? statedCostNano(cost["total_cost"], "usd") : openrouterCost(stated);
}

/**
 * With a key of the account's own at the provider behind OpenRouter (`is_byok`), `cost` is OpenRouter's fee, and that
 * provider's charge comes on top; where that one isn't stated, nothing is known. Other calls state it too, inside `cost`.
 * https://openrouter.ai/docs/use-cases/usage-accounting
 */
function openrouterCost(stated: JsonObject): number | undefined {
  const cost = statedCostNano(stated["cost"], "usd");
  const ownKey = stated["is_byok"] ?? false;
  if (cost === undefined || ownKey === false) return cost;
  const upstream = statedCostNano(asObject(stated["cost_details"])?.["upstream_inference_cost"], "usd");
  return upstream === undefined ? undefined : cost + upstream;
}
