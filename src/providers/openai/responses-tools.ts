import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";
import { addTokens } from "../plain-extras.ts";
import { addPrompt } from "./chat-extras.ts";
import { containerName, runsInContainer } from "./containers.ts";
import { imageOutputTokens } from "./image-tokens.ts";

// What the tools of a call can cost: their hidden prompts, and what the provider's own ones read and charge.

/** Of those in a namespace; the others are framed as chat's are. */
const TOKENS_PER_FUNCTION = 16;
/** A definition that the body only names. One web search tool was seen to add 300 to 1,400, a code interpreter 1,000. */
const TOKENS_PER_NAMED_TOOL = 3_000;
const LIKELY_TOKENS_PER_NAMED_TOOL = 300;
/** An MCP server's list of tools, which only the provider sees. */
const TOKENS_PER_SERVER = 16_000;
/** What one use brings into the context: a search was seen to bring 16,900, twenty chunks of 800 come from a file search. */
const TOKENS_PER_RESULT = 20_000;
/** The uses of a call that states no `max_tool_calls`: a guess above what was seen (6). Stating it makes the hold smaller. */
const DEFAULT_USES = 10;
const MAX_USES = 1_000;
/** https://platform.openai.com/docs/guides/image-generation#cost-and-latency: each partial picture, of three at most. */
const PARTIAL_IMAGES_TOKENS = 300;
const IMAGE_MODEL = "gpt-image-1";
/** The pictures of one call: it draws one for each use, and was never seen to draw more. */
const IMAGE_USES = 2;
/** What the image model reads: a prompt written by the other model, and the pictures of the conversation. */
const IMAGE_INPUT_TOKENS = 20_000;

/** A use costs its tokens only; those of a picture are the image model's. Source: https://platform.openai.com/docs/pricing */
const NO_FEE = new Set(["mcp", "image_generation"]);

/** Tools whose definition is in the body, and which the client runs. */
const RUN_BY_CLIENT = /^(?:function|custom|namespace|tool_search|local_shell|apply_patch|computer)/;

/** https://platform.openai.com/docs/guides/tools. Tools also come in the input: a list that was loaded on the way. */
export function addTools(extras: InputExtras, body: JsonObject): void {
  const loaded = asArray(body["input"]).flatMap((item) => asArray(asObject(item)?.["tools"]));
  const tools = [...asArray(body["tools"]), ...loaded].map(asObject);
  addPrompt(extras, asText(body["model"]) ?? "", tools.length);
  let own = 0;
  const charged = new Set<string>();
  for (const tool of tools) {
    const type = asText(tool?.["type"]) ?? "function";
    if (RUN_BY_CLIENT.test(type)) {
      // A namespace holds functions, a computer's definition is only named.
      extras.tokens += TOKENS_PER_FUNCTION * asArray(tool?.["tools"]).length;
      if (/^(?:computer|local_shell|apply_patch|tool_search)/.test(type)) addNamedTool(extras);
      continue;
    }
    if (type === "mcp") extras.tokens += TOKENS_PER_SERVER;
    else addNamedTool(extras);
    own++;
    if (!NO_FEE.has(type)) charged.add(toolName(type, tool));
    if (type === "image_generation") addImages(extras, tool);
  }
  if (own === 0) return;
  const uses = usesOf(body);
  // Any of the uses may be of any of the tools. A kind that no table knows has no price (law 11).
  for (const name of charged) extras.toolCalls[name] = uses;
  // Each use is followed by a reading of the conversation with all results so far.
  extras.readings += uses;
  extras.resultTokens += TOKENS_PER_RESULT * ((uses * (uses + 1)) / 2);
}

function addNamedTool(extras: InputExtras): void {
  addTokens(extras, TOKENS_PER_NAMED_TOOL, LIKELY_TOKENS_PER_NAMED_TOOL);
}

/** Dated names have the price of their kind. */
function toolName(type: string, tool: JsonObject | null): string {
  if (type.startsWith("web_search_preview")) return "web_search_preview";
  if (type.startsWith("web_search")) return "web_search";
  return runsInContainer(type) ? containerName(tool) : type;
}

function addImages(extras: InputExtras, tool: JsonObject | null): void {
  const tokens = imageOutputTokens(tool?.["quality"], tool?.["size"]) + PARTIAL_IMAGES_TOKENS;
  const model = asText(tool?.["model"]) ?? IMAGE_MODEL;
  extras.further = [
    ...(extras.further ?? []),
    { model, inputTokens: IMAGE_USES * IMAGE_INPUT_TOKENS, outputTokens: IMAGE_USES * tokens },
  ];
}

function usesOf(body: JsonObject): number {
  const limit = body["max_tool_calls"];
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 0) return DEFAULT_USES;
  return Math.min(limit, MAX_USES);
}
