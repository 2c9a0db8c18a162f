import type { InputExtras } from "../../domain/estimate.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asObject, asText } from "../fields.ts";
import type { JsonObject, Wire } from "../wire.ts";

// Thoughts that an output limit doesn't count.

/** xAI's limits are of what is written: 110 tokens of thought were seen under one of 16. A guess, for nothing bounds them. */
const XAI_THOUGHT_TOKENS = 32_768;
/** Names of models that don't think, and of those that xAI answers without a thought in their place. */
const THOUGHTLESS = /grok-(?:2|3(?!-mini)|.*non-reasoning|.*image|.*vision)/;
/** OpenRouter raises a limit that is below the thoughts that are asked for; no provider takes fewer. https://openrouter.ai/docs/guides/best-practices/reasoning-tokens */
const LEAST_ROUTED_TOKENS = 1_024;

/** A format as xAI speaks it. */
export function thinking(wire: Wire): Wire {
  return {
    ...wire,
    inputExtras(body, facts) {
      const extras = wire.inputExtras(body, facts);
      addXaiThoughts(extras, body, facts.model);
      return extras;
    },
  };
}

export function addXaiThoughts(extras: InputExtras, body: JsonObject, model: string): void {
  if (!/(?:^|x-ai\/)grok/.test(model) || THOUGHTLESS.test(model) || effortIn(body) === "none") return;
  extras.outputTokens += XAI_THOUGHT_TOKENS;
}

export function addRoutedThoughts(extras: InputExtras, body: JsonObject): void {
  const reasoning = asObject(body["reasoning"]);
  if (!reasoning || reasoning["enabled"] === false || reasoning["effort"] === "none") return;
  extras.outputTokens += Math.max(LEAST_ROUTED_TOKENS, tokenCount(reasoning["max_tokens"]) ?? 0);
}

function effortIn(body: JsonObject): string | undefined {
  return asText(body["reasoning_effort"]) ?? asText(asObject(body["reasoning"])?.["effort"]);
}
