import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { dataUrlBase64, pagesOf } from "../media.ts";
import type { JsonObject } from "../wire.ts";

// Tools that OpenRouter runs itself, and plugins. https://openrouter.ai/docs/guides/features/server-tools/web-search and
// https://openrouter.ai/docs/guides/features/plugins/web-search, 2026-11.

const DEFAULT_RESULTS = 5;
const MAX_RESULTS = 100;
/** The searches of one call that states no `max_uses`: a guess above what was seen. */
const DEFAULT_USES = 10;
/** A plugin runs once; a provider's own search behind it may search again. */
const PLUGIN_USES = 5;
const MAX_USES = 1_000;
/** What a search brings into the context: 8,100 tokens were seen, and a result has up to 4,000 characters. */
const TOKENS_PER_SEARCH = 16_000;
const TOKENS_PER_RESULT = 4_000;
/** As many of Exa's results cost less than one search of any provider's own (see tool-prices.ts). */
const RESULTS_IN_A_SEARCH = 12;

/** What a file costs is counted where it stands. */
const FREE_PLUGINS = new Set(["response-healing", "context-compression", "file-parser"]);
const FREE_TOOLS = new Set(["function", "custom", "openrouter:datetime"]);

/** What it doesn't know stays a billed use with no price, so that no usd budget admits it (law 11). */
export function addOpenrouterTools(extras: InputExtras, body: JsonObject): void {
  for (const item of asArray(body["tools"])) {
    const tool = asObject(item) ?? {};
    const type = asText(tool["type"]) ?? "function";
    if (type === "openrouter:web_search") {
      // Its settings were seen in `parameters`, and in the tool itself.
      const settings = { ...tool, ...asObject(tool["parameters"]) };
      addSearches(extras, settings, count(settings["max_uses"], { absent: DEFAULT_USES, most: MAX_USES }));
    } else if (!FREE_TOOLS.has(type)) add(extras, type, 1);
  }
}

/** What a call of any format may ask for beside its model. */
export function addPlugins(extras: InputExtras, body: JsonObject): void {
  for (const item of asArray(body["plugins"])) {
    const plugin = asObject(item) ?? {};
    const id = asText(plugin["id"]) ?? "unknown";
    if (plugin["enabled"] === false || FREE_PLUGINS.has(id)) continue;
    if (id === "web") addSearches(extras, plugin, plugin["engine"] === "exa" ? 1 : PLUGIN_USES);
    else add(extras, `plugin ${id}`, 1);
  }
  const models = [body["model"], ...asArray(body["models"])].map((model) => asText(model) ?? "");
  // Models that search by themselves, and a search that the model's own provider runs.
  if (asObject(body["web_search_options"]) || models.some((model) => /-search/.test(model)))
    addSearches(extras, {}, PLUGIN_USES);
  // Pictures that a model draws are charged far above its text, at prices that the list lacks.
  if (asArray(body["modalities"]).includes("image") || models.some((model) => /image/.test(model)))
    add(extras, "image output", 1);
}

/** A file is read by OCR where its model can't, at so much a page. https://openrouter.ai/docs/guides/overview/multimodal/pdfs, 2026-11. */
export function addFiles(extras: InputExtras, body: JsonObject): void {
  for (const message of asArray(body["messages"])) {
    for (const part of asArray(asObject(message)?.["content"])) {
      const file = asObject(asObject(part)?.["file"]);
      const data = asText(file?.["file_data"]) ?? asText(file?.["fileData"]);
      if (file) add(extras, "ocr_page", pagesOf(data === undefined ? null : dataUrlBase64(data)));
    }
  }
}

/** Exa is charged by its results. Another engine, or the one that OpenRouter chooses, may be a provider's own search. */
function addSearches(extras: InputExtras, settings: JsonObject, uses: number): void {
  const results = count(settings["max_results"], { absent: DEFAULT_RESULTS, most: MAX_RESULTS });
  if (settings["engine"] === "exa") {
    add(extras, "web_result", uses * results);
  } else {
    add(extras, "web_search", uses);
    add(extras, "web_result", uses * Math.max(0, results - RESULTS_IN_A_SEARCH));
  }
  // Each search is followed by a reading of the conversation with all results so far.
  extras.readings += uses;
  extras.resultTokens += Math.max(TOKENS_PER_SEARCH, results * TOKENS_PER_RESULT) * ((uses * (uses + 1)) / 2);
}

/** A whole number from 1 on; another one is the largest, for nobody knows what OpenRouter makes of it. */
function count(value: unknown, { absent, most }: { absent: number; most: number }): number {
  if (value === undefined || value === null) return absent;
  return typeof value === "number" && Number.isInteger(value) && value >= 1 ? Math.min(value, most) : most;
}

function add(extras: InputExtras, tool: string, uses: number): void {
  if (uses > 0) extras.toolCalls[tool] = (extras.toolCalls[tool] ?? 0) + uses;
}
