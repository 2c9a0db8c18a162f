import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asObject } from "../fields.ts";

/**
 * Reads what Cohere states: `usage` of its second version, `meta` of the first. What it charges are `billed_units`, which
 * leave out its own prompts; `tokens` are what its models read and wrote. Null where neither states a count.
 * https://docs.cohere.com/reference/chat#response.body.usage
 */
export function billedUsage(value: unknown): Usage | null {
  const stated = asObject(value);
  const billed = asObject(stated?.["billed_units"]) ?? {};
  const tokens = asObject(stated?.["tokens"]) ?? {};
  const usage: Usage = {};
  // Embedded pictures are billed beside the text; those of a chat are inside its input.
  const pictures = tokenCount(billed["image_tokens"]);
  const text = tokenCount(billed["input_tokens"]);
  const input = text === undefined && pictures === undefined ? undefined : (text ?? 0) + (pictures ?? 0);
  const output = tokenCount(billed["output_tokens"]);
  set(usage, "billed_input", input);
  set(usage, "billed_output", output);
  // Where the tokens aren't told apart, the billed ones are all that is known.
  set(usage, "input_total", tokenCount(tokens["input_tokens"]) ?? input);
  set(usage, "output_total", tokenCount(tokens["output_tokens"]) ?? output);
  set(usage, "input_cached", tokenCount(stated?.["cached_tokens"]));
  set(usage, "image_in", pictures ?? tokenCount(tokens["image_tokens"]));
  set(usage, "images", tokenCount(billed["images"]));
  set(usage, "search_units", tokenCount(billed["search_units"]));
  const counted = [usage.input_total, usage.output_total, usage.search_units, usage.images];
  return counted.some((count) => count !== undefined) ? usage : null;
}

function set(usage: Usage, key: Exclude<keyof Usage, "tool_calls">, count: number | undefined): void {
  if (count !== undefined) usage[key] = count;
}
