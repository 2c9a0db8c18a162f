import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

// What a chat asks its provider to do beside writing. Whatever has no price in the tables is refused under a usd budget
// (law 11): Groq's code, Moonshot's built-in functions, remote MCP servers.

const RUN_BY_CLIENT = new Set(["function", "custom"]);
/** The uses of a tool in one call: a guess above what was seen. */
const USES = 10;
/** What one use brings into the context. */
const TOKENS_PER_RESULT = 20_000;
/** https://docs.x.ai/docs/guides/live-search: sources of one call, each charged. */
const DEFAULT_SOURCES = 20;
const MAX_SOURCES = 50;
const TOKENS_PER_SOURCE = 2_000;
/** Azure asks the model what to search for, and then with what was found. https://learn.microsoft.com/azure/ai-foundry/openai/references/on-your-data */
const DATA_READINGS = 2;

export function addRunTools(extras: InputExtras, body: JsonObject): void {
  for (const item of asArray(body["tools"])) {
    const type = asText(asObject(item)?.["type"]) ?? "function";
    if (!RUN_BY_CLIENT.has(type)) addUses(extras, type, USES);
  }
  const search = asObject(body["search_parameters"]);
  if (search && search["mode"] !== "off") {
    const stated = search["max_search_results"] ?? DEFAULT_SOURCES;
    const sources = Number.isInteger(stated) ? Math.min(Number(stated), MAX_SOURCES) : MAX_SOURCES;
    extras.toolCalls["live_search"] = (extras.toolCalls["live_search"] ?? 0) + sources;
    extras.resultTokens += sources * TOKENS_PER_SOURCE;
  }
  if (asArray(body["data_sources"]).length > 0) {
    extras.unseenInput = true;
    extras.readings += DATA_READINGS;
  }
  // Who asks later for the answer is the only one to hear of its usage.
  if (body["deferred"] === true) extras.toolCalls["deferred"] = 1;
}

function addUses(extras: InputExtras, tool: string, uses: number): void {
  extras.toolCalls[tool] = (extras.toolCalls[tool] ?? 0) + uses;
  // Each use is followed by a reading of the conversation with all results so far.
  extras.readings += uses;
  extras.resultTokens += TOKENS_PER_RESULT * ((uses * (uses + 1)) / 2);
}
