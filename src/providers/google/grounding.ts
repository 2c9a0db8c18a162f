import { asArray, asObject } from "../fields.ts";
import type { JsonObject } from "../wire.ts";
import { statedObjects } from "./spellings.ts";

// Searches that Google ran for an answer and bills apart. https://ai.google.dev/gemini-api/docs/google-search#pricing

/** More queries than this in one answer are a fault of the report. */
const MAX_QUERIES = 1_000;

/** From Gemini 3 on each query is billed, before it each prompt that was grounded. An unknown model counts as new. */
export function billsEachQuery(model: string): boolean {
  const generation = /gemini-(\d+)/.exec(model.toLowerCase())?.[1];
  return generation === undefined || Number(generation) >= 3;
}

export interface Grounding {
  /** `index`: below the most candidates that there can be. */
  take(candidate: JsonObject, index: number): void;
  /** Billed uses by the tool's name; undefined where there were none. */
  toolCalls(model: string): Record<string, number> | undefined;
}

/** The metadata comes whole, in one chunk or in several: of each candidate the fullest holds. */
export function createGrounding(body: JsonObject): Grounding {
  const queries = new Map<number, number>();
  let onMaps = false;
  return {
    take(candidate, index) {
      const metadata = asObject(candidate["groundingMetadata"]);
      if (!metadata) return;
      const asked = distinct([
        ...asArray(metadata["webSearchQueries"]),
        ...asArray(metadata["imageSearchQueries"]),
      ]);
      queries.set(index, Math.max(asked, queries.get(index) ?? 0));
      const chunks = asArray(metadata["groundingChunks"]).slice(0, MAX_QUERIES);
      onMaps ||= chunks.some((chunk) => asObject(asObject(chunk)?.["maps"]) !== null);
    },
    toolCalls(model) {
      const sum = [...queries.values()].reduce((total, count) => total + count, 0);
      const searches = billsEachQuery(model) ? sum : Math.min(1, sum);
      const calls = {
        ...(searches > 0 && { [searchTool(body)]: searches }),
        ...(onMaps && { google_maps: 1 }),
      };
      return Object.keys(calls).length > 0 ? calls : undefined;
    },
  };
}

/** Vertex has a search for enterprises, at a price of its own. */
export function searchTool(body: JsonObject): string {
  const tools = statedObjects(body, "tools").flatMap((tool) => Object.keys(tool));
  return tools.some((name) => /^enterprise_?web_?search$/i.test(name))
    ? "enterprise_web_search"
    : "google_search";
}

/** Empty ones aren't billed. */
function distinct(asked: unknown[]): number {
  const queries = asked
    .slice(0, MAX_QUERIES)
    .filter((query) => typeof query === "string" && query.trim() !== "");
  return new Set(queries).size;
}
