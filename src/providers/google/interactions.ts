import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText, booleanField, firstInvalid, valueOf } from "../fields.ts";
import { UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { generateClamp, generateLimits } from "./generate-limits.ts";
import { interactionsReader, readInteraction } from "./interactions-reader.ts";
import { addMedia, mediaKind, type MediaKind } from "./media-bounds.ts";
import { plainExtras } from "../plain-extras.ts";
import { requestedTier } from "./service-tier.ts";
import { enumName, statedItems, statedObjects, statedValues } from "./spellings.ts";
import { addFunctions, addRunTools } from "./tool-bounds.ts";

/**
 * Interactions, whose context Google may keep. An agent stands for a model: it has no price, so no usd budget pays for it.
 * https://ai.google.dev/api/interactions-api
 */
export const geminiInteractions: Wire = {
  name: "gemini-interactions",
  envelope: "google",
  understand,
  usageEdits: () => [],
  clampEdits: (body, _facts, outputTokens) => generateClamp(body, outputTokens, ORIGINAL_NAMES),
  inputExtras,
  streamReader: interactionsReader,
  readBody: readInteraction,
};

/** What this interface is written in. */
const ORIGINAL_NAMES = { config: "generation_config", limit: "max_output_tokens" };
const IMAGE_OUTPUT_TOKENS = 2_520;
const MEDIA_TYPES = /^(?:image|audio|video|document)$/;
/** Steps, their content, and the content of a result. */
const MAX_DEPTH = 3;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = asText(body["model"])?.replace(/^models\//, "") ?? asText(body["agent"]);
  if (model === undefined)
    return { invalid: { param: "model", message: "'model' must be a non-empty string." } };
  const stream = booleanField(body, "stream");
  const fault = firstInvalid([stream]);
  if (fault) return { invalid: fault };
  const read = generateLimits(body);
  if ("invalid" in read) return read;
  const tier = requestedTier(body);
  return {
    facts: {
      model,
      stream: valueOf(stream) ?? false,
      ...read.limits,
      usageAsked: true,
      ...(tier !== undefined && { priceOptions: { tier } }),
    },
  };
}

function inputExtras(body: JsonObject, facts: CallFacts): InputExtras {
  const extras = plainExtras();
  if (
    statedValues(body, "previousInteractionId").length > 0 ||
    statedValues(body, "cachedContent").length > 0
  ) {
    extras.unseenInput = true;
    extras.tokens += UNSEEN_DOCUMENT_TOKENS;
    extras.audioTokens += UNSEEN_DOCUMENT_TOKENS;
  }
  addInput(extras, body["input"], 0);
  const tools = statedObjects(body, "tools").map((tool) => asText(tool["type"]) ?? "function");
  addFunctions(extras, tools.filter((type) => type === "function").length);
  addRunTools(extras, [...new Set(tools.filter((type) => type !== "function"))], facts);
  const answers = answeredIn(body);
  if (answers.has("IMAGE") || /image/i.test(facts.model)) extras.outputTokens += IMAGE_OUTPUT_TOKENS;
  if (answers.has("AUDIO") || /tts|audio/i.test(facts.model)) extras.audioOutput = true;
  return extras;
}

/** What may be in the answer: TEXT, IMAGE, AUDIO. */
function answeredIn(body: JsonObject): Set<string> {
  const holders = [body, ...statedObjects(body, "generationConfig")];
  const asked = ["responseModalities", "responseFormat"].flatMap((name) =>
    holders.flatMap((holder) => statedItems(holder, name)),
  );
  return new Set(asked.map((item) => enumName(asObject(item)?.["type"] ?? item)));
}

/** Content is media where it has data or a URI, whatever it is called. */
function addInput(extras: InputExtras, input: unknown, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const item of Array.isArray(input) ? asArray(input) : [input]) {
    const content = asObject(item);
    if (!content) continue;
    const base64 = asText(content["data"]);
    if (base64 !== undefined || asText(content["uri"]) !== undefined) {
      addMedia(extras, { kind: kindOf(content), base64 });
    }
    addInput(extras, content["content"], depth + 1);
    addInput(extras, content["result"], depth + 1);
  }
}

/** The dearer of what the type and the MIME type say: a small picture's bytes may not pass as text. */
function kindOf(content: JsonObject): MediaKind {
  const type = asText(content["type"]) ?? "";
  const [mimeType] = statedValues(content, "mimeType");
  const byMime = mediaKind(mimeType);
  return byMime === "document" && MEDIA_TYPES.test(type) ? (type as MediaKind) : byMime;
}
