import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { audioTokens, dataUrlBase64, documentTokens, likelyDocumentTokens } from "../media.ts";
import { addTokens, plainExtras } from "../plain-extras.ts";
import type { JsonObject } from "../wire.ts";
import { imageInputTokens, likelyImageTokens } from "./chat-extras.ts";
import { addTools } from "./responses-tools.ts";

/** Deeper than any provider's input: items, their content, a tool's output. What lies deeper counts by its bytes. */
const MAX_DEPTH = 4;
/** Telling the model of a schema that its answer must follow; mostly no more is read than the schema. */
const FORMAT_TOKENS = 200;

/** Short prompts were seen to be read as 1,550 tokens more, and each of their own tokens some three times. */
const PRO_PROMPT_TOKENS = 600;
const PRO_READINGS = 5;

/** Linear in the body. https://platform.openai.com/docs/api-reference/responses/create */
export function responsesExtras(body: JsonObject): InputExtras {
  const extras: InputExtras = {
    ...plainExtras(),
    audioOutput: asArray(body["modalities"]).includes("audio"),
    // Newer models write their cache unasked, at their price for it.
    cacheWrites: "5m",
    unseenInput: ["previous_response_id", "conversation", "prompt"].some(
      (name) => (body[name] ?? null) !== null,
    ),
  };
  const model = asText(body["model"]) ?? "";
  if (asObject(asObject(body["text"])?.["format"])) addTokens(extras, FORMAT_TOKENS, 0);
  // Thinking harder is thinking several times, each time told how.
  if (asObject(body["reasoning"])?.["mode"] === "pro") {
    extras.tokens += PRO_PROMPT_TOKENS;
    extras.readings += PRO_READINGS;
  }
  // Compaction reads the whole conversation once more.
  if (asArray(body["context_management"]).length > 0) extras.readings++;
  addTools(extras, body);
  addParts(extras, body["input"], model, 0);
  return extras;
}

/** Items and the parts in them. A part's kind is whatever field it has: a wrong `type` must not hide an image. */
function addParts(extras: InputExtras, value: unknown, model: string, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const item of asArray(value)) {
    const part = asObject(item);
    if (!part) continue;
    if (part["type"] === "item_reference") extras.unseenInput = true;
    addPart(extras, part, model);
    addParts(extras, part["content"], model, depth + 1);
    addParts(extras, part["output"], model, depth + 1);
    // A screenshot.
    const output = asObject(part["output"]);
    if (output) addPart(extras, output, model);
  }
}

function addPart(extras: InputExtras, part: JsonObject, model: string): void {
  const image = part["image_url"];
  const isImage = part["type"] === "input_image" || part["type"] === "computer_screenshot";
  if (isImage || (image ?? null) !== null) {
    const url = asText(image) ?? asText(asObject(image)?.["url"]) ?? "";
    addTokens(extras, imageInputTokens(model, part["detail"]), likelyImageTokens(model));
    extras.mediaBytes += dataUrlBase64(url)?.length ?? 0;
  }
  const sound = asText(asObject(part["input_audio"])?.["data"]);
  if (sound !== undefined) {
    const tokens = audioTokens(sound);
    extras.mediaBytes += sound.length;
    extras.tokens += tokens;
    extras.audioTokens += tokens;
  }
  const data = asText(part["file_data"]);
  if (data !== undefined) {
    // Without the data URL's head the field holds bare base64.
    const base64 = dataUrlBase64(data) ?? data;
    extras.mediaBytes += base64.length;
    const most = documentTokens(base64, imageInputTokens(model, part["detail"]));
    addTokens(extras, most, likelyDocumentTokens(base64));
  } else if (!isImage && ["file_id", "file_url"].some((name) => asText(part[name]) !== undefined)) {
    extras.unseenInput = true;
  }
}
