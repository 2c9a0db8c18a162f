import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

// Tools that Groq ran for an answer. https://console.groq.com/docs/browser-search

/** More runs than this in one answer are a fault of the report. */
const MAX_RUNS = 1_000;
const CODE = /python|code/i;
/** Opening a page is cheaper than searching; what is looked for in an open page isn't charged. */
const OPENS = /open|visit/i;
const FINDS = /find/i;

export interface ExecutedTools {
  /** `message`: one, or a delta, of the choice `index`. A run that comes again, under its number, is the same one. */
  take(message: JsonObject | null, index: number): void;
  /** `usage` with the runs by the names that they are priced under. */
  within(usage: Usage | null): Usage | null;
}

export function createExecutedTools(): ExecutedTools {
  const runs = new Map<string, string>();
  return {
    take(message, index) {
      for (const [place, item] of asArray(message?.["executed_tools"]).slice(0, MAX_RUNS).entries()) {
        const run = asObject(item);
        const key = `${index} ${tokenCount(run?.["index"]) ?? place}`;
        if (run && (runs.has(key) || runs.size < MAX_RUNS)) runs.set(key, pricedName(run));
      }
    },
    within(usage) {
      if (!usage || runs.size === 0) return usage;
      const calls: Record<string, number> = {};
      for (const name of runs.values()) calls[name] = (calls[name] ?? 0) + 1;
      return { ...usage, tool_calls: { ...calls, ...usage.tool_calls } };
    },
  };
}

/** What isn't known counts as the dearest kind. */
function pricedName(run: JsonObject): string {
  const said = `${asText(run["type"]) ?? ""} ${asText(run["name"]) ?? ""}`;
  if (CODE.test(said)) return "code_interpreter";
  if (OPENS.test(said)) return "browser_open";
  return FINDS.test(said) ? "browser_find" : "browser_search";
}
