import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { generateClamp, generateLimits } from "./generate-limits.ts";
import { generateExtras } from "./generate-extras.ts";
import { geminiReader, readGeminiBody } from "./generate-reader.ts";
import { modelIn, pathWithModel } from "./model-path.ts";
import { requestedTier } from "./service-tier.ts";
import { faultOf, stated, statedObjects, statedValues } from "./spellings.ts";

/**
 * Gemini's `generateContent` and `streamGenerateContent`, at Google AI and at Vertex. The body names no end user.
 * https://ai.google.dev/api/generate-content
 */
export const geminiGenerate: Wire = {
  name: "gemini-generate",
  streamsJsonArray: true,
  envelope: "google",
  understand,
  pathFor: pathWithModel,
  // Usage comes unasked, in every chunk.
  usageEdits: () => [],
  clampEdits: (body, _facts, outputTokens) => generateClamp(body, outputTokens),
  inputExtras: generateExtras,
  streamReader: geminiReader,
  readBody: readGeminiBody,
};

/** Vertex chooses the model by these. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/vertex-ai-model-optimizer */
const ROUTING = ["routingConfig", "modelSelectionConfig", "modelConfig"];

function understand(body: JsonObject, path: string): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelIn(path);
  if (model === null) return { invalid: { param: null, message: "The path names no model." } };
  const misplaced = stated(body, "contents").find(({ value }) => typeof value !== "object");
  if (misplaced) return { invalid: faultOf(misplaced.key, "must be an array") };
  const read = generateLimits(body);
  if ("invalid" in read) return read;
  const tier = requestedTier(body);
  const configs = statedObjects(body, "generationConfig");
  const isRouted = ROUTING.some((name) => configs.some((config) => statedValues(config, name).length > 0));
  return {
    facts: {
      model,
      stream: path.endsWith(":streamGenerateContent"),
      ...read.limits,
      usageAsked: true,
      // Which model answers then, only Google knows: it stands for one with no price.
      ...(isRouted && { alternatives: ["@routing"] }),
      ...(tier !== undefined && { priceOptions: { tier } }),
    },
  };
}
