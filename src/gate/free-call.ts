import { isFree, type Price } from "../domain/pricing.ts";
import { asArray, asObject } from "../providers/fields.ts";
import type { JsonObject } from "../providers/wire.ts";
import type { Sizes } from "./estimate.ts";

/** Members that let a router put another model, or a tool of its own, beside the free one. https://openrouter.ai/docs/guides/features */
const MORE_TO_PAY = ["models", "fallbacks", "plugins", "web_search_options", "route"];

/**
 * Whether a call can cost nothing, whatever it uses: then no usd budget counts it, and a spent one doesn't refuse it (R13).
 * It is booked all the same.
 */
export function isFreeCall(price: Price | null, sizes: Sizes, body: JsonObject): boolean {
  if (price === null || !isFree({ ...price, tool_calls: {} })) return false;
  // What the provider calls inside has a price of its own.
  if (sizes.extras.further) return false;
  if (MORE_TO_PAY.some((member) => body[member] !== undefined && body[member] !== null)) return false;
  return (
    isFree(price) ||
    (Object.keys(sizes.extras.toolCalls).length === 0 && asArray(body["tools"]).every(isOfTheClient))
  );
}

/** A tool that the client runs itself costs nothing but tokens. */
function isOfTheClient(item: unknown): boolean {
  const tool = asObject(item);
  return (
    tool !== null &&
    (tool["type"] === "function" || tool["type"] === "custom" || asObject(tool["input_schema"]) !== null)
  );
}
