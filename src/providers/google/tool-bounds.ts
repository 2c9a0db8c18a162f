import type { InputExtras } from "../../domain/estimate.ts";
import { UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import { maxOutputTokens } from "../prices/output-limits.ts";
import { addTokens } from "../plain-extras.ts";
import type { CallFacts } from "../wire.ts";
import { billsEachQuery } from "./grounding.ts";

// Upper bounds of what tools cost beside their definitions. Google has no limit of uses: what it runs by itself is bounded
// above what was seen, two rounds of two searches.

const TOOLS_PROMPT_TOKENS = 64;
const TOKENS_PER_FUNCTION = 16;
const ROUNDS = 5;
const QUERIES_PER_CALL = 10;
/** What a search, or code that was run, brings into the context; 70 to 290 were seen. */
const TOKENS_PER_RESULT = 4_000;

const SEARCH = /search/i;
const ENTERPRISE_SEARCH = /^enterprise/i;
const FILES = /file/i;
const PAGES = /url|mcp/i;
const MAPS = /maps/i;

export function addFunctions(extras: InputExtras, count: number): void {
  // Mostly less is read than the definitions have bytes for.
  if (count > 0) addTokens(extras, TOOLS_PROMPT_TOKENS + count * TOKENS_PER_FUNCTION, 0);
}

/** Tools that Google runs: `names` as a body names them, in any spelling. */
export function addRunTools(extras: InputExtras, names: string[], facts: CallFacts): void {
  if (names.length === 0) return;
  extras.readings += ROUNDS;
  extras.resultTokens += ROUNDS * TOKENS_PER_RESULT * names.length;
  // Pages are read whole.
  if (names.some((name) => PAGES.test(name))) extras.resultTokens += UNSEEN_DOCUMENT_TOKENS;
  // What was thought before a search came on top of the limit in what was seen.
  extras.outputTokens += facts.outputLimit ?? maxOutputTokens(facts.model);
  const uses = billsEachQuery(facts.model) ? QUERIES_PER_CALL : 1;
  const searches = names.filter((name) => SEARCH.test(name) && !FILES.test(name));
  if (searches.some((name) => ENTERPRISE_SEARCH.test(name))) extras.toolCalls["enterprise_web_search"] = uses;
  if (searches.some((name) => !ENTERPRISE_SEARCH.test(name))) extras.toolCalls["google_search"] = uses;
  if (names.some((name) => MAPS.test(name))) extras.toolCalls["google_maps"] = 1;
}
