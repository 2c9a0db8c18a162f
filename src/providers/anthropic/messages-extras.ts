import type { InputExtras } from "../../domain/estimate.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { documentTokens, likelyDocumentTokens, UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import { addTokens, plainExtras } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import { adviceTokens, fallbacksOf } from "./messages-models.ts";
import type { JsonObject } from "../wire.ts";

/** The largest image that a model sees, 2,576 x 1,456 pixels, at 750 pixels a token; most see 1,600 tokens. https://platform.claude.com/docs/en/build-with-claude/vision, 2026-06. */
const IMAGE_TOKENS = 5_000;
const LIKELY_IMAGE_TOKENS = 1_000;
/**
 * The system prompt that tools add, 264 to 804 tokens by model and tool_choice, and the framing of each one.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing, 2026-06.
 */
const TOOLS_PROMPT_TOKENS = 900;
const LIKELY_TOOLS_PROMPT_TOKENS = 350;
const TOKENS_PER_TOOL = 64;
/** Definitions that the body only names: text editor 700, bash 245, computer use 735 + 499, web search and fetch more. */
const TOKENS_PER_NAMED_TOOL = 3_000;
const LIKELY_TOKENS_PER_NAMED_TOOL = 600;
/** These are no shorter than the bound: code execution was seen to add 3,700, and what is found on the web is read as well. */
const LONG_TOOL = /^(?:web_|code_execution)/;
/** What one use of a tool that Anthropic runs brings into the context: searches were seen to bring 7,300 to 14,000. */
const TOKENS_PER_RESULT = 16_000;
/** Telling the model of a schema that its answer must follow; about 120 were seen. */
const OUTPUT_FORMAT_TOKENS = 200;
const LIKELY_OUTPUT_FORMAT_TOKENS = 120;
/** Explaining citations; the document is cut into numbered sentences, which at most doubles it. */
const CITATIONS_TOKENS = 500;
/** The uses of such a tool that states no `max_uses`: a guess above what was seen (10). */
const DEFAULT_USES = 10;
const MAX_USES = 1_000;
const RUN_BY_ANTHROPIC = /^(?:web_search|web_fetch|code_execution|tool_search|mcp_toolset|advisor)/;

/** Linear in the body and of fixed depth: messages, their blocks, the blocks in a tool's result. */
export function anthropicExtras(body: JsonObject): InputExtras {
  const extras: InputExtras = {
    ...plainExtras(),
    outputTokens: interleavedThinking(body),
  };
  addCacheControl(extras, body);
  for (const block of asArray(body["system"])) addCacheControl(extras, asObject(block));
  addTools(extras, body);
  if (asObject(body["output_format"]) ?? asObject(asObject(body["output_config"])?.["format"])) {
    addTokens(extras, OUTPUT_FORMAT_TOKENS, LIKELY_OUTPUT_FORMAT_TOKENS);
  }
  // Compaction summarizes the whole conversation in a call of its own.
  if (asObject(body["context_management"])) extras.readings++;
  // A conversation that Anthropic keeps is read unseen.
  if (asObject(body["thread"])) extras.unseenInput = true;
  addFallbacks(extras, body);
  for (const item of asArray(body["messages"])) {
    for (const block of asArray(asObject(item)?.["content"])) {
      addBlock(extras, asObject(block), 0);
      for (const inner of partsIn(asObject(block)?.["content"])) addBlock(extras, asObject(inner), 0);
    }
  }
  return extras;
}

/** Each attempt reads the conversation again, and may write up to its limit before it is refused. */
function addFallbacks(extras: InputExtras, body: JsonObject): void {
  const fallbacks = fallbacksOf(body);
  if ("invalid" in fallbacks) return;
  const own = tokenCount(body["max_tokens"]) ?? 0;
  for (const limit of fallbacks.limits) {
    extras.readings++;
    extras.outputTokens += limit ?? own;
  }
}

function addTools(extras: InputExtras, body: JsonObject): void {
  const tools = asArray(body["tools"]);
  const servers = asArray(body["mcp_servers"]);
  if (tools.length + servers.length > 0) {
    addTokens(extras, TOOLS_PROMPT_TOKENS, LIKELY_TOOLS_PROMPT_TOKENS);
  }
  let uses = servers.length * DEFAULT_USES;
  for (const item of tools) {
    const tool = asObject(item);
    addCacheControl(extras, tool);
    const type = asText(tool?.["type"]) ?? "custom";
    if (type === "custom") extras.tokens += TOKENS_PER_TOOL;
    else if (LONG_TOOL.test(type)) extras.tokens += TOKENS_PER_NAMED_TOOL;
    else addTokens(extras, TOKENS_PER_NAMED_TOOL, LIKELY_TOKENS_PER_NAMED_TOOL);
    if (!RUN_BY_ANTHROPIC.test(type)) continue;
    const limit = Number(tool?.["max_uses"] ?? DEFAULT_USES);
    const most = Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_USES) : DEFAULT_USES;
    uses += most;
    if (type.startsWith("advisor")) extras.outputTokens += most * adviceTokens(body);
    if (type.startsWith("web_search"))
      extras.toolCalls["web_search"] = (extras.toolCalls["web_search"] ?? 0) + most;
  }
  // Each use is followed by a reading of the conversation with all results so far.
  extras.readings += uses;
  extras.resultTokens += TOKENS_PER_RESULT * ((uses * (uses + 1)) / 2);
}

/** What a tool of Anthropic's found is one block, which may hold another. */
function partsIn(content: unknown): unknown[] {
  const found = asObject(content);
  return found ? [found, found["content"]] : asArray(content);
}

/** What lies deeper counts as text, by its bytes: the provider takes no such block. */
const MAX_BLOCK_DEPTH = 8;

/** A block's kind is whatever source it has: a wrong `type` must not hide an image. */
function addBlock(extras: InputExtras, block: JsonObject | null, depth: number): void {
  if (!block || depth > MAX_BLOCK_DEPTH) return;
  addCacheControl(extras, block);
  if (block["type"] === "container_upload") extras.unseenInput = true;
  const source = asObject(block["source"]);
  if (!source) return;
  const data = asText(source["data"]);
  const isImage = block["type"] === "image";
  if (asObject(block["citations"])) extras.tokens += CITATIONS_TOKENS;
  if (source["type"] === "text" || source["type"] === "content") {
    // A document of plain text, or of blocks: its bytes are text.
    if (asObject(block["citations"])) extras.tokens += utf8Bytes(data);
    for (const inner of asArray(source["content"])) addBlock(extras, asObject(inner), depth + 1);
  } else if (data !== undefined) {
    extras.mediaBytes += data.length;
    if (isImage) addTokens(extras, IMAGE_TOKENS, LIKELY_IMAGE_TOKENS);
    else addTokens(extras, documentTokens(data, IMAGE_TOKENS), likelyDocumentTokens(data));
  } else {
    if (isImage) return addTokens(extras, IMAGE_TOKENS, LIKELY_IMAGE_TOKENS);
    extras.tokens += UNSEEN_DOCUMENT_TOKENS;
    // Only the model's context bounds what is named.
    extras.unseenInput = true;
  }
}

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
function addCacheControl(extras: InputExtras, holder: JsonObject | null): void {
  const control = asObject(holder?.["cache_control"]);
  if (!control) return;
  if (control["ttl"] === "1h") extras.cacheWrites = "1h";
  else if (extras.cacheWrites === "none") extras.cacheWrites = "5m";
}

/** With interleaved thinking the budget may exceed `max_tokens`, and then comes on top of it. */
function interleavedThinking(body: JsonObject): number {
  const budget = asObject(body["thinking"])?.["budget_tokens"];
  const limit = body["max_tokens"];
  const stated = tokenCount(budget);
  return stated !== undefined && typeof limit === "number" && stated >= limit ? stated : 0;
}
