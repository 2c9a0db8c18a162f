import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

// https://ai.google.dev/api/generate-content#UsageMetadata

/** Null where it states neither input nor output that can be believed (law 13). */
export function geminiUsage(metadata: JsonObject): Usage | null {
  const input = sumOf(metadata, ["promptTokenCount", "toolUsePromptTokenCount"]);
  const output = outputOf(metadata, input);
  if (input === undefined && output === undefined) return null;
  const usage: Usage = {};
  const read = ["promptTokensDetails", "promptTokenDetails", "toolUsePromptTokensDetails"];
  set(usage, "input_total", input);
  set(usage, "input_cached", tokenCount(metadata["cachedContentTokenCount"]));
  set(usage, "output_total", output);
  set(usage, "reasoning", tokenCount(metadata["thoughtsTokenCount"]));
  set(usage, "audio_in", tokensOf(metadata, read, AUDIO));
  set(usage, "image_in", tokensOf(metadata, read, IMAGE));
  set(usage, "audio_out", tokensOf(metadata, ["candidatesTokensDetails"], AUDIO));
  set(usage, "image_out", tokensOf(metadata, ["candidatesTokensDetails"], IMAGE));
  return usage;
}

/** Thoughts are billed as output. Google leaves a count of zero out, and the total then says that it is one. */
function outputOf(metadata: JsonObject, input: number | undefined): number | undefined {
  const output = sumOf(metadata, ["candidatesTokenCount", "thoughtsTokenCount"]);
  const total = tokenCount(metadata["totalTokenCount"]);
  if (output !== undefined || total === undefined || input === undefined) return output;
  return Math.max(0, total - input);
}

const COUNTS = [
  ["promptTokenCount", "promptTokensDetails"],
  ["toolUsePromptTokenCount", "toolUsePromptTokensDetails"],
  ["candidatesTokenCount", "candidatesTokensDetails"],
  ["cachedContentTokenCount", "cacheTokensDetails"],
  ["thoughtsTokenCount", "thoughtsTokensDetails"],
] as const;
const BILLED = ["promptTokenCount", "toolUsePromptTokenCount", "candidatesTokenCount", "thoughtsTokenCount"];

/**
 * What a stream has stated: its last chunk, whose counts may be smaller than the ones before. A count that it leaves out
 * holds on, unless the chunk's own total says that it isn't in there.
 */
export function latestMetadata(before: JsonObject, last: JsonObject): JsonObject {
  const latest = { ...last };
  const total = tokenCount(last["totalTokenCount"]);
  for (const [count, details] of COUNTS) {
    const earlier = tokenCount(before[count]);
    if (earlier === undefined) continue;
    if (tokenCount(last[count]) === undefined) {
      const room = total === undefined ? Infinity : total - (sumOf(latest, BILLED) ?? 0);
      if (BILLED.includes(count) && earlier > room) continue;
      latest[count] = earlier;
    }
    if (latest[details] === undefined && latest[count] === earlier) latest[details] = before[details];
  }
  return latest;
}

// A modality is a name, or with `enum-encoding=int` a number.
const IMAGE = ["IMAGE", 2];
const AUDIO = ["AUDIO", 4];

function tokensOf(
  metadata: JsonObject,
  details: string[],
  modality: (string | number)[],
): number | undefined {
  const counts = details
    .flatMap((name) => asArray(metadata[name]))
    .map(asObject)
    .filter((detail) => modality.some((name) => detail?.["modality"] === name))
    .map((detail) => tokenCount(detail?.["tokenCount"]))
    .filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : tokenCount(counts.reduce((sum, count) => sum + count, 0));
}

function sumOf(metadata: JsonObject, names: readonly string[]): number | undefined {
  const counts = names.map((name) => tokenCount(metadata[name])).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : tokenCount(counts.reduce((sum, count) => sum + count, 0));
}

function set(usage: Usage, key: Exclude<keyof Usage, "tool_calls">, count: number | undefined): void {
  if (count !== undefined) usage[key] = count;
}
