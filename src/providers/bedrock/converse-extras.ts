import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { audioTokens, documentTokens, likelyDocumentTokens, UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import { addTokens, plainExtras, spare } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import type { CallFacts, JsonObject } from "../wire.ts";
import { thinkingOnTop } from "./converse-limits.ts";
import {
  imageTokens,
  LIKELY_IMAGE_TOKENS,
  likelyVideoTokens,
  TOKENS_AROUND_TEXT,
  videoTokens,
} from "./media-bounds.ts";

/** The system prompt that tools add, at most (Claude's; Nova's is about 400), and the framing of each one. */
const TOOLS_PROMPT_TOKENS = 900;
const LIKELY_TOOLS_PROMPT_TOKENS = 350;
const TOKENS_PER_TOOL = 64;
/** A definition that the body only names: a tool of the model's own, or one that Bedrock runs. */
const TOKENS_PER_NAMED_TOOL = 3_000;
const LIKELY_TOKENS_PER_NAMED_TOOL = 600;
/** Nova searches the web by itself: so many readings more, and so much that each brings, as a guess above what was seen. */
const SYSTEM_TOOL_USES = 10;
const TOKENS_PER_RESULT = 16_000;
/** Telling the model of a schema that its answer must follow. */
const OUTPUT_FORMAT_TOKENS = 200;
const LIKELY_OUTPUT_FORMAT_TOKENS = 120;
/** Explaining citations; the document is cut into numbered parts, which at most doubles it. */
const CITATIONS_TOKENS = 500;
/** A tool's result holds blocks; what lies deeper counts as text, by its bytes. */
const MAX_BLOCK_DEPTH = 4;

/** Linear in the body and of fixed depth: messages, their blocks, the blocks in a tool's result. */
export function converseExtras(body: JsonObject, { model }: Pick<CallFacts, "model">): InputExtras {
  const extras: InputExtras = {
    ...plainExtras(),
    ...spare(TOKENS_AROUND_TEXT),
    outputTokens: thinkingOnTop(body),
    // OpenAI's models write their cache unasked, at their price for it.
    cacheWrites: model.includes("openai.") ? "5m" : "none",
  };
  addTools(extras, body);
  // Claude's own members: a cache for the whole body, and a summary of it that is a call of its own.
  const additional = asObject(body["additionalModelRequestFields"]);
  addCachePoint(extras, { cachePoint: additional?.["cache_control"] });
  if (asObject(additional?.["context_management"])) extras.readings++;
  if (asObject(body["outputConfig"])) {
    addTokens(extras, OUTPUT_FORMAT_TOKENS, LIKELY_OUTPUT_FORMAT_TOKENS);
  }
  // A stored prompt, whose text the body only names.
  if (asObject(body["promptVariables"])) addUnseen(extras);
  for (const block of asArray(body["system"])) addBlock(extras, asObject(block), model, 0);
  for (const message of asArray(body["messages"])) {
    for (const block of asArray(asObject(message)?.["content"])) {
      addBlock(extras, asObject(block), model, 0);
    }
  }
  return extras;
}

function addTools(extras: InputExtras, body: JsonObject): void {
  const own = asArray(asObject(body["toolConfig"])?.["tools"]);
  const additional = asArray(asObject(body["additionalModelRequestFields"])?.["tools"]);
  if (own.length + additional.length > 0) {
    addTokens(extras, TOOLS_PROMPT_TOKENS, LIKELY_TOOLS_PROMPT_TOKENS);
  }
  const named = additional.length;
  addTokens(extras, named * TOKENS_PER_NAMED_TOOL, named * LIKELY_TOKENS_PER_NAMED_TOOL);
  for (const item of own) {
    const tool = asObject(item);
    addCachePoint(extras, tool);
    const run = asObject(tool?.["systemTool"]) !== null;
    if (!run) {
      extras.tokens += TOKENS_PER_TOOL;
      continue;
    }
    addTokens(extras, TOKENS_PER_NAMED_TOOL, LIKELY_TOKENS_PER_NAMED_TOOL);
    extras.readings += SYSTEM_TOOL_USES;
    extras.resultTokens += TOKENS_PER_RESULT * ((SYSTEM_TOOL_USES * (SYSTEM_TOOL_USES + 1)) / 2);
  }
}

/** A block's kind is whatever member it has: one block may not hide another. */
function addBlock(extras: InputExtras, block: JsonObject | null, model: string, depth: number): void {
  if (!block || depth > MAX_BLOCK_DEPTH) return;
  addCachePoint(extras, block);
  addImage(extras, asObject(block["image"]), model);
  addImage(extras, asObject(asObject(block["guardContent"])?.["image"]), model);
  addDocument(extras, asObject(block["document"]), model, depth);
  const video = asObject(block["video"]);
  if (video) {
    const base64 = bytesOf(video);
    extras.mediaBytes += base64?.length ?? 0;
    addTokens(
      extras,
      videoTokens(model),
      base64 === undefined ? videoTokens(model) : likelyVideoTokens(base64),
    );
  }
  addAudio(extras, asObject(block["audio"]));
  for (const inner of asArray(asObject(block["toolResult"])?.["content"])) {
    addBlock(extras, asObject(inner), model, depth + 1);
  }
}

function addImage(extras: InputExtras, image: JsonObject | null, model: string): void {
  if (!image) return;
  extras.mediaBytes += bytesOf(image)?.length ?? 0;
  addTokens(extras, imageTokens(model), LIKELY_IMAGE_TOKENS);
}

function addDocument(extras: InputExtras, document: JsonObject | null, model: string, depth: number): void {
  if (!document) return;
  const source = asObject(document["source"]) ?? {};
  const cited = asObject(document["citations"]) !== null;
  if (cited) extras.tokens += CITATIONS_TOKENS;
  const base64 = bytesOf(document);
  if (base64 !== undefined) {
    extras.mediaBytes += base64.length;
    const times = cited ? 2 : 1;
    addTokens(
      extras,
      documentTokens(base64, imageTokens(model)) * times,
      likelyDocumentTokens(base64) * times,
    );
  }
  if (asObject(source["s3Location"])) addUnseen(extras);
  // Plain text, or blocks of it, are in the body's own bytes.
  if (cited) extras.tokens += utf8Bytes(source["text"]);
  for (const inner of asArray(source["content"])) addBlock(extras, asObject(inner), model, depth + 1);
}

function addAudio(extras: InputExtras, audio: JsonObject | null): void {
  if (!audio) return;
  const base64 = bytesOf(audio);
  if (base64 === undefined) {
    addUnseen(extras);
    return;
  }
  extras.mediaBytes += base64.length;
  extras.tokens += audioTokens(base64);
  extras.audioTokens += audioTokens(base64);
}

/** What the body only names (an object in S3, a stored prompt) is a guess, up to what the model can read. */
function addUnseen(extras: InputExtras): void {
  extras.tokens += UNSEEN_DOCUMENT_TOKENS;
  extras.unseenInput = true;
}

function bytesOf(media: JsonObject): string | undefined {
  return asText(asObject(media["source"])?.["bytes"]);
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CachePointBlock.html */
function addCachePoint(extras: InputExtras, holder: JsonObject | null): void {
  const point = asObject(holder?.["cachePoint"]);
  if (!point) return;
  if (point["ttl"] === "1h") extras.cacheWrites = "1h";
  else if (extras.cacheWrites === "none") extras.cacheWrites = "5m";
}
