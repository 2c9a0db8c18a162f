import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asObject } from "../fields.ts";

/**
 * Reads a `usage` object that counts input and output; null where it states no count that can be believed (law 13).
 * Responses, images and transcriptions state the same names.
 * https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage
 */
export function responsesUsage(value: unknown): Usage | null {
  const stated = asObject(value);
  if (!stated) return null;
  const input = asObject(stated["input_tokens_details"]) ?? asObject(stated["input_token_details"]) ?? {};
  const output = asObject(stated["output_tokens_details"]) ?? asObject(stated["output_token_details"]) ?? {};
  const usage: Usage = {};
  set(usage, "input_total", stated["input_tokens"]);
  set(usage, "input_cached", input["cached_tokens"]);
  set(usage, "cache_write", input["cache_write_tokens"]);
  set(usage, "audio_in", input["audio_tokens"]);
  set(usage, "image_in", input["image_tokens"]);
  set(usage, "output_total", stated["output_tokens"]);
  set(usage, "reasoning", output["reasoning_tokens"]);
  set(usage, "audio_out", output["audio_tokens"]);
  set(usage, "image_out", output["image_tokens"]);
  return usage.input_total === undefined && usage.output_total === undefined ? null : usage;
}

type Counted = Exclude<keyof Usage, "tool_calls">;

function set(usage: Usage, key: Counted, value: unknown): void {
  const count = tokenCount(value);
  if (count !== undefined) usage[key] = count;
}
