import { isUnitCount } from "../../domain/billed-units.ts";
import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asObject } from "../fields.ts";

/**
 * Reads a chat `usage` object; null where it states no count that can be believed (law 13).
 * https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage. `model`: the one that answered.
 */
export function openaiUsage(value: unknown, model = ""): Usage | null {
  const stated = asObject(value);
  if (!stated) return null;
  const input = asObject(stated["prompt_tokens_details"]) ?? {};
  const output = asObject(stated["completion_tokens_details"]) ?? {};
  const usage: Usage = {};
  set(usage, "input_total", stated["prompt_tokens"]);
  // DeepSeek, Mistral and Moonshot state their cache beside the prompt. https://api-docs.deepseek.com/guides/kv_cache,
  // https://platform.kimi.ai/docs/api/chat
  const cached =
    input["cached_tokens"] ??
    stated["prompt_cache_hit_tokens"] ??
    stated["num_cached_tokens"] ??
    stated["cached_tokens"];
  set(usage, "input_cached", cached);
  set(usage, "cache_write", input["cache_write_tokens"]);
  set(usage, "audio_in", input["audio_tokens"]);
  set(usage, "image_in", input["image_tokens"]);
  set(usage, "output_total", stated["completion_tokens"]);
  set(usage, "reasoning", output["reasoning_tokens"]);
  set(usage, "audio_out", output["audio_tokens"]);
  set(usage, "image_out", output["image_tokens"]);
  // OpenRouter's count of the searches that it ran.
  const searches = tokenCount(asObject(stated["server_tool_use_details"])?.["web_search_requests"]);
  if (searches !== undefined && searches > 0) usage.tool_calls = { web_search: searches };
  if (usage.input_total === undefined && usage.output_total === undefined) return null;
  // Mistral charges sound by its length. https://docs.mistral.ai/capabilities/audio
  const seconds = stated["prompt_audio_seconds"] ?? undefined;
  if (typeof seconds === "number" && isUnitCount("seconds", seconds)) usage.seconds = seconds;
  const total = tokenCount(stated["total_tokens"]);
  if (/(?:^|\/)gemini-/.test(model)) return withHiddenThoughts(usage, total);
  return withReasoningInside(withAudioInside(usage, total), total);
}

/** Mistral leaves sound out of `prompt_tokens`; only the total tells. */
function withAudioInside(usage: Usage, total: number | undefined): Usage {
  const { input_total: input = 0, output_total: output = 0, audio_in: audio = 0 } = usage;
  return audio > 0 && total === input + audio + output ? { ...usage, input_total: input + audio } : usage;
}

/** Gemini bills its thoughts as output, and in this format leaves them out of all counts but the total. */
function withHiddenThoughts(usage: Usage, total = 0): Usage {
  const { input_total: input = 0, output_total: output = 0 } = usage;
  return total > input + output ? { ...usage, output_total: total - input } : usage;
}

/** xAI leaves reasoning out of `completion_tokens`; only the total tells. https://docs.x.ai/docs/guides/reasoning */
function withReasoningInside(usage: Usage, total: number | undefined): Usage {
  const { input_total: input = 0, output_total: output, reasoning = 0 } = usage;
  if (output === undefined || reasoning === 0 || total !== input + output + reasoning) return usage;
  return { ...usage, output_total: output + reasoning };
}

type Counted = Exclude<keyof Usage, "tool_calls">;

function set(usage: Usage, key: Counted, value: unknown): void {
  const count = tokenCount(value);
  if (count !== undefined) usage[key] = count;
}
