import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asObject, asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

// https://platform.claude.com/docs/en/api/messages#response-usage

/** What the events of one message have stated so far. */
export interface AnthropicCounts {
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  output?: number;
  thinking?: number;
  toolCalls?: Record<string, number>;
  further?: { model?: string; usage: Usage }[];
  /** The fallback that gave the answer. A stream began as the model's that was asked for. */
  servedBy?: string;
}

/** More calls inside one call, or more kinds of tools, than this are a fault of the report. */
const MAX_ITERATIONS = 1_000;
const MAX_TOOL_NAME_LENGTH = 64;
const MAX_TOOL_NAMES = 32;

/** Takes each count that is stated and believable; the counts of a stream are cumulative, so the last one holds. */
export function takeCounts(counts: AnthropicCounts, value: unknown): void {
  const stated = asObject(value);
  if (!stated) return;
  const split = asObject(stated["cache_creation"]);
  take(counts, "input", stated["input_tokens"]);
  take(counts, "cacheRead", stated["cache_read_input_tokens"]);
  take(counts, "cacheWrite", stated["cache_creation_input_tokens"]);
  take(counts, "cacheWrite5m", split?.["ephemeral_5m_input_tokens"]);
  take(counts, "cacheWrite1h", split?.["ephemeral_1h_input_tokens"]);
  take(counts, "output", stated["output_tokens"]);
  take(counts, "thinking", asObject(stated["output_tokens_details"])?.["thinking_tokens"]);
  const tools = asObject(stated["server_tool_use"]);
  if (tools) counts.toolCalls = toolCallsIn(tools);
  if (!Array.isArray(stated["iterations"])) return;
  const iterations = stated["iterations"].slice(0, MAX_ITERATIONS).map(asObject);
  const fallback = iterations.find((iteration) => iteration?.["type"] === "fallback_message");
  const servedBy = asText(fallback?.["model"]);
  if (servedBy !== undefined) counts.servedBy = servedBy;
  counts.further = furtherCalls(iterations, servedBy);
}

/** Null where neither input nor output was stated. Anthropic's input leaves out what its cache read and wrote. */
export function anthropicUsage(counts: AnthropicCounts): Usage | null {
  if (counts.input === undefined && counts.output === undefined) return null;
  const usage: Usage = {};
  if (counts.input !== undefined) {
    usage.input_total = counts.input + (counts.cacheRead ?? 0) + (counts.cacheWrite ?? 0);
  }
  if (counts.cacheRead !== undefined) usage.input_cached = counts.cacheRead;
  if (counts.cacheWrite !== undefined) usage.cache_write = counts.cacheWrite;
  if (counts.cacheWrite5m !== undefined) usage.cache_write_5m = counts.cacheWrite5m;
  if (counts.cacheWrite1h !== undefined) usage.cache_write_1h = counts.cacheWrite1h;
  if (counts.output !== undefined) usage.output_total = counts.output;
  if (counts.thinking !== undefined) usage.reasoning = counts.thinking;
  if (counts.toolCalls !== undefined) usage.tool_calls = counts.toolCalls;
  return usage;
}

/**
 * The iterations that the top level leaves out: compaction, an advisor's, which has a model of its own, and those of a
 * model that refused in the middle of its answer, before a fallback gave the one that the top level counts. A refusal
 * before any output costs nothing. https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback
 */
function furtherCalls(
  iterations: (JsonObject | null)[],
  servedBy: string | undefined,
): { model?: string; usage: Usage }[] {
  const further: { model?: string; usage: Usage }[] = [];
  for (const iteration of iterations) {
    if (!iteration || iteration["type"] === "fallback_message") continue;
    const declined = servedBy !== undefined && (iteration["model"] ?? servedBy) !== servedBy;
    if (iteration["type"] === "message" && !(declined && tokenCount(iteration["output_tokens"]))) continue;
    const counts: AnthropicCounts = {};
    takeCounts(counts, { ...iteration, iterations: undefined });
    const usage = anthropicUsage(counts);
    const model = asText(iteration["model"]);
    if (usage) further.push({ ...(model !== undefined && { model }), usage });
  }
  return further;
}

function toolCallsIn(tools: JsonObject): Record<string, number> {
  const calls: [string, number][] = [];
  for (const [name, value] of Object.entries(tools).slice(0, MAX_TOOL_NAMES)) {
    const count = tokenCount(value);
    if (count !== undefined)
      calls.push([name.slice(0, MAX_TOOL_NAME_LENGTH).replace(/_requests$/, ""), count]);
  }
  return Object.fromEntries(calls);
}

type Count = Exclude<keyof AnthropicCounts, "toolCalls" | "further" | "servedBy">;

function take(counts: AnthropicCounts, key: Count, value: unknown): void {
  const count = tokenCount(value);
  if (count !== undefined) counts[key] = count;
}
