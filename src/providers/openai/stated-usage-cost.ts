import { statedCostNano } from "../prices/stated-cost.ts";
import { asObject } from "../fields.ts";

/**
 * What the call costs by the provider's own word, in integer nano-USD; undefined where it says nothing.
 * xAI: https://docs.x.ai/docs/key-information/consumption-and-rate-limits. OpenRouter, where with a key of the account's own
 * at the provider behind it `cost` is the fee, and that provider's charge comes on top:
 * https://openrouter.ai/docs/use-cases/usage-accounting. Perplexity states an object.
 */
export function statedUsageCost(usage: unknown): number | undefined {
  const stated = asObject(usage);
  if (!stated) return undefined;
  const ticks = statedCostNano(stated["cost_in_usd_ticks"], "ticks");
  if (ticks !== undefined) return ticks;
  const cost = statedCostNano(asObject(stated["cost"])?.["total_cost"] ?? stated["cost"], "usd");
  if (cost === undefined || stated["is_byok"] !== true) return cost;
  return cost + (statedCostNano(asObject(stated["cost_details"])?.["upstream_inference_cost"], "usd") ?? 0);
}
