import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject } from "../fields.ts";

/** More kinds of cache than this are a fault of the report. */
const MAX_CACHE_DETAILS = 16;

/**
 * Reads a Converse `usage` object; null where it states no count that can be believed (law 13). Its input leaves out what
 * the cache read and wrote; Nova's own answers name the cache's counts otherwise.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
export function converseUsage(value: unknown): Usage | null {
  const stated = asObject(value);
  if (!stated) return null;
  const details = asArray(stated["cacheDetails"]).slice(0, MAX_CACHE_DETAILS);
  return usageOf({
    input: stated["inputTokens"],
    output: stated["outputTokens"],
    cacheRead: stated["cacheReadInputTokens"] ?? stated["cacheReadInputTokenCount"],
    cacheWrite: stated["cacheWriteInputTokens"] ?? stated["cacheWriteInputTokenCount"],
    cacheWrite5m: writtenFor("5m", details),
    cacheWrite1h: writtenFor("1h", details),
  });
}

/** What Bedrock counts of a call, whichever words it says it in. */
export interface BedrockCounts {
  input: unknown;
  output: unknown;
  cacheRead?: unknown;
  cacheWrite?: unknown;
  cacheWrite5m?: unknown;
  cacheWrite1h?: unknown;
}

export function usageOf(counts: BedrockCounts): Usage | null {
  const input = tokenCount(counts.input);
  const output = tokenCount(counts.output);
  if (input === undefined && output === undefined) return null;
  const read = tokenCount(counts.cacheRead);
  const written = tokenCount(counts.cacheWrite);
  const written5m = tokenCount(counts.cacheWrite5m);
  const written1h = tokenCount(counts.cacheWrite1h);
  return {
    ...(input !== undefined && { input_total: input + (read ?? 0) + (written ?? 0) }),
    ...(read !== undefined && { input_cached: read }),
    ...(written !== undefined && { cache_write: written }),
    ...(written5m !== undefined && { cache_write_5m: written5m }),
    ...(written1h !== undefined && { cache_write_1h: written1h }),
    ...(output !== undefined && { output_total: output }),
  };
}

function writtenFor(ttl: string, details: unknown[]): number | undefined {
  const counts = details
    .map(asObject)
    .filter((detail) => detail?.["ttl"] === ttl)
    .map((detail) => tokenCount(detail?.["inputTokens"]));
  return counts.reduce((sum, count) => (count === undefined ? sum : (sum ?? 0) + count), undefined);
}
