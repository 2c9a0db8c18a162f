import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asObject } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

/** What an answer states: its usage, and the tokens of pictures, which embeddings bill on a line of their own. */
export interface CohereCounts {
  usage: Usage | null;
  billedImageTokens: number;
}

/**
 * Reads v2's `usage`, or v1's `meta`. `billed_units` is what Cohere charges; `tokens` is what the model read and wrote,
 * with Cohere's own prompt. https://docs.cohere.com/docs/how-does-cohere-pricing-work
 */
export function cohereCounts(value: unknown): CohereCounts {
  const stated = asObject(value);
  const billed = asObject(stated?.["billed_units"]) ?? {};
  const tokens = asObject(stated?.["tokens"]) ?? {};
  const usage: Usage = {};
  set(usage, "billed_input", billed["input_tokens"]);
  set(usage, "billed_output", billed["output_tokens"]);
  set(usage, "search_units", billed["search_units"]);
  set(usage, "images", billed["images"]);
  set(usage, "input_total", tokens["input_tokens"] ?? billed["input_tokens"]);
  set(usage, "output_total", tokens["output_tokens"] ?? billed["output_tokens"]);
  set(usage, "image_in", tokens["image_tokens"]);
  set(usage, "input_cached", stated?.["cached_tokens"]);
  const billedImageTokens = tokenCount(billed["image_tokens"]) ?? 0;
  if (billedImageTokens > 0) usage.billed_input ??= 0;
  return { usage: isStated(usage) ? usage : null, billedImageTokens };
}

/** Whether an answer, or the end of a stream, reports a failure of the model. */
export function hasFailed(holder: JsonObject | null): boolean {
  return holder?.["finish_reason"] === "ERROR";
}

/** Whether anything is counted that could be charged. */
function isStated(usage: Usage): boolean {
  const { input_cached: _cached, image_in: _images, ...charged } = usage;
  return Object.keys(charged).length > 0;
}

type Counted = Exclude<keyof Usage, "tool_calls">;

function set(usage: Usage, key: Counted, value: unknown): void {
  const count = tokenCount(value);
  if (count !== undefined) usage[key] = count;
}
