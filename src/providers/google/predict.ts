import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";
import { modelIn, pathWithModel } from "./model-path.ts";
import { plainExtras } from "../plain-extras.ts";
import { countOf, statedObjects, statedValues } from "./spellings.ts";
import { unstreamed } from "./unstreamed.ts";

/**
 * `predict`: embeddings by their tokens or characters, pictures by their number.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
 */
export const googlePredict: Wire = {
  name: "google-predict",
  envelope: "google",
  understand,
  pathFor: pathWithModel,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras: (body, { choices, model }) => ({
    ...plainExtras(),
    ...(isImagen(model) ? { units: { images: choices } } : { units: { characters: charactersIn(body) } }),
  }),
  streamReader: unstreamed(readBody),
  readBody,
};

/** The models whose `predict` is metered, as the source of a pattern. */
export const PREDICT_MODELS =
  "(?:gemini-embedding|text-embedding|text-multilingual-embedding|imagen)-[A-Za-z0-9._@-]+";

/** What Imagen makes where the call doesn't say; and the most that it makes. */
const DEFAULT_IMAGES = 4;
const MAX_IMAGES = 8;

function understand(body: JsonObject, path: string): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelIn(path);
  if (model === null) return { invalid: { param: null, message: "The path names no model." } };
  const images = statedObjects(body, "parameters")
    .flatMap((parameters) => statedValues(parameters, "sampleCount"))
    .map((value) => countOf({ key: "sampleCount", value }, MAX_IMAGES));
  const counts = images.map((count) => ("value" in count ? (count.value ?? DEFAULT_IMAGES) : MAX_IMAGES));
  const prompts = Math.max(1, statedObjects(body, "instances").length);
  const choices = isImagen(model) ? prompts * Math.max(DEFAULT_IMAGES, ...counts) : 1;
  return { facts: { model, stream: false, choices, outputLimit: 0, usageAsked: true } };
}

function isImagen(model: string): boolean {
  return model.startsWith("imagen-");
}

function charactersIn(body: JsonObject): number {
  const texts = statedObjects(body, "instances").map((instance) => asText(instance["content"]) ?? "");
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function readBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const predictions = asArray(answer?.["predictions"]).map(asObject);
  const characters = tokenCount(asObject(answer?.["metadata"])?.["billableCharacterCount"]);
  return {
    usage: predictions.length === 0 ? null : usageOf(predictions, characters),
    complete: answer !== null,
    failed: status >= 400 || asObject(answer?.["error"]) !== null,
    generatedBytes: 0,
  };
}

/** Pictures that were held back aren't billed. Null where neither kind of prediction is found. */
function usageOf(predictions: (JsonObject | null)[], characters: number | undefined): Usage | null {
  const embeddings = predictions.map((prediction) => asObject(prediction?.["embeddings"]));
  if (embeddings.every((embedding) => embedding === null)) {
    const images = predictions.filter((prediction) => isImage(prediction));
    const held = predictions.filter((prediction) => prediction?.["raiFilteredReason"] !== undefined);
    return images.length + held.length === 0 ? null : { images: images.length };
  }
  const counts = embeddings.map((embedding) =>
    tokenCount(asObject(embedding?.["statistics"])?.["token_count"]),
  );
  const stated = counts.filter((count) => count !== undefined);
  const whole = stated.length === counts.length;
  const input = whole ? tokenCount(stated.reduce((sum, count) => sum + count, 0)) : undefined;
  if (input === undefined && characters === undefined) return null;
  return {
    ...(input !== undefined && { input_total: input, output_total: 0 }),
    ...(characters !== undefined && { characters }),
  };
}

function isImage(prediction: JsonObject | null): boolean {
  return (
    asText(prediction?.["bytesBase64Encoded"]) !== undefined || asText(prediction?.["gcsUri"]) !== undefined
  );
}
