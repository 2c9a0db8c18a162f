import type { InputExtras } from "../../domain/estimate.ts";
import {
  asArray,
  asObject,
  asText,
  booleanField,
  firstInvalid,
  integerField,
  MAX_CHOICES,
  modelField,
  valueOf,
} from "../fields.ts";
import { dataUrlBase64 } from "../media.ts";
import { plainExtras } from "../plain-extras.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { filesIn, fromForm } from "./form-fields.ts";
import { imageOutputTokens } from "./image-tokens.ts";
import { imagesReader, readImagesBody } from "./images-reader.ts";

/** Pictures: generations, edits and variations. https://platform.openai.com/docs/api-reference/images */
export const openaiImages: Wire = {
  name: "openai-images",
  envelope: "openai",
  takesForms: true,
  understand,
  usageEdits: () => [],
  // A picture has the tokens that it has.
  clampEdits: () => [],
  inputExtras,
  streamReader: (_, call) => imagesReader(call),
  readBody: readImagesBody,
};

// https://platform.openai.com/docs/api-reference/images/create#images-create-model: with a parameter that only the newer
// models have, the default is one of those. Which one isn't said: this is the dearest.
const DEFAULT_MODEL = "dall-e-2";
const NEWER_DEFAULT_MODEL = "gpt-image-1";
const NEWER_PARAMETERS = [
  "background",
  "moderation",
  "output_compression",
  "output_format",
  "partial_images",
  "stream",
  "input_fidelity",
];
const NEWER_QUALITIES = new Set<unknown>(["low", "medium", "high", "auto"]);
/** Each partial picture. https://platform.openai.com/docs/guides/image-generation#cost-and-latency */
const PARTIAL_IMAGE_TOKENS = 100;
/** Newer models think in words before they draw; 333 tokens were seen. */
const THOUGHT_TOKENS = 2_000;
/** A picture to be edited at high fidelity, 6,240, with the tiles of it at low. Source as above. */
const INPUT_IMAGE_TOKENS = 8_000;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const typed = fromForm(body, ["n", "stream", "partial_images"]);
  const model = (body["model"] ?? null) === null ? { value: defaultModel(body) } : modelField(body);
  const n = integerField(typed, "n", MAX_CHOICES);
  const stream = booleanField(typed, "stream");
  const partial = typed["partial_images"] === 0 ? { value: 0 } : integerField(typed, "partial_images", 100);
  const fault = firstInvalid([model, n, stream, partial]);
  if (fault) return { invalid: fault };
  const name = valueOf(model) ?? "";
  const drawn = imageOutputTokens(body["quality"], body["size"]) + THOUGHT_TOKENS;
  const outputLimit = name.startsWith("dall-e") ? 0 : drawn + (valueOf(partial) ?? 0) * PARTIAL_IMAGE_TOKENS;
  const variant = variantOf(name, body);
  const endUser = asText(body["user"]);
  return {
    facts: {
      model: name,
      stream: valueOf(stream) ?? false,
      choices: valueOf(n) ?? 1,
      outputLimit,
      outputFloor: outputLimit,
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
      ...(variant !== undefined && { priceOptions: { variant } }),
    },
  };
}

function defaultModel(body: JsonObject): string {
  const newer = NEWER_PARAMETERS.some((name) => (body[name] ?? null) !== null);
  return newer || NEWER_QUALITIES.has(body["quality"]) ? NEWER_DEFAULT_MODEL : DEFAULT_MODEL;
}

/** What DALL-E and xAI charge by, with the defaults of what isn't stated. */
function variantOf(model: string, body: JsonObject): string | undefined {
  if (model.startsWith("grok-imagine")) return asText(body["resolution"]) ?? "1k";
  const size = asText(body["size"]) ?? "1024x1024";
  if (model.startsWith("dall-e-2")) return size;
  return model.startsWith("dall-e-3") ? `${asText(body["quality"]) ?? "standard"} ${size}` : undefined;
}

function inputExtras(body: JsonObject, facts: CallFacts): InputExtras {
  const files = filesIn(body);
  const named = [...asArray(body["images"]), body["image"], body["mask"]].flat();
  const urls = named.flatMap((one) => {
    const object = asObject(one);
    return (
      asText(one) ??
      asText(object?.["image_url"]) ??
      asText(object?.["url"]) ??
      asText(object?.["file_id"]) ??
      []
    );
  });
  const inline = urls.reduce((sum, url) => sum + (dataUrlBase64(url)?.length ?? 0), 0);
  return {
    ...plainExtras(),
    mediaBytes: inline + files.reduce((sum, { bytes }) => sum + bytes, 0),
    tokens: INPUT_IMAGE_TOKENS * (files.length + urls.length),
    // xAI charges those that it is shown, too, at less than one that it draws.
    units: { images: facts.choices + (facts.model.startsWith("grok") ? files.length + urls.length : 0) },
  };
}
