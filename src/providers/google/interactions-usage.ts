import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

/** Null where it states neither input nor output. https://ai.google.dev/api/interactions-api#Resource:Interaction */
export function interactionUsage(value: unknown): Usage | null {
  const stated = asObject(value);
  if (!stated) return null;
  const input = sumOf(stated["total_input_tokens"], stated["total_tool_use_tokens"]);
  const output = sumOf(stated["total_output_tokens"], stated["total_thought_tokens"]);
  if (input === undefined && output === undefined) return null;
  const counts: [Exclude<keyof Usage, "tool_calls">, number | undefined][] = [
    ["input_total", input],
    ["input_cached", tokenCount(stated["total_cached_tokens"])],
    ["output_total", output],
    ["reasoning", tokenCount(stated["total_thought_tokens"])],
    ["audio_in", tokensOf(stated, ["input_tokens_by_modality", "tool_use_tokens_by_modality"], "audio")],
    ["image_in", tokensOf(stated, ["input_tokens_by_modality", "tool_use_tokens_by_modality"], "image")],
    ["audio_out", tokensOf(stated, ["output_tokens_by_modality"], "audio")],
    ["image_out", tokensOf(stated, ["output_tokens_by_modality"], "image")],
  ];
  return Object.fromEntries(counts.filter(([, count]) => count !== undefined));
}

function tokensOf(stated: JsonObject, details: string[], modality: string): number | undefined {
  const counts = details
    .flatMap((name) => asArray(stated[name]))
    .map(asObject)
    .filter((detail) => asText(detail?.["modality"])?.toLowerCase() === modality)
    .map((detail) => detail?.["tokens"]);
  return counts.length === 0 ? undefined : sumOf(...counts);
}

function sumOf(...values: unknown[]): number | undefined {
  const counts = values.map(tokenCount).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : tokenCount(counts.reduce((sum, count) => sum + count, 0));
}
