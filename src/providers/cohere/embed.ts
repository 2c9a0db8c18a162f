import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { modelOnly } from "../model-only.ts";
import { dataUrlBase64 } from "../media.ts";
import { plainExtras, spare } from "../plain-extras.ts";
import type { JsonObject, Wire } from "../wire.ts";
import { readCohereBody } from "./answer.ts";
import { addImage, IMAGE_TOKENS } from "./chat-extras.ts";

/** https://docs.cohere.com/reference/embed, https://docs.cohere.com/v1/reference/embed */
export const cohereEmbed: Wire = {
  name: "cohere-embed",
  envelope: "message",
  ...modelOnly,
  inputExtras: embedExtras,
  readBody: readCohereBody,
};

/** A text is read with a beginning, an end and a word on what it is for. */
const TOKENS_PER_INPUT = 64;

function embedExtras(body: JsonObject): InputExtras {
  const extras = plainExtras();
  const inputs = asArray(body["inputs"]);
  Object.assign(extras, spare(TOKENS_PER_INPUT * Math.max(1, asArray(body["texts"]).length + inputs.length)));
  const pictures = asArray(body["images"]);
  extras.tokens += pictures.length * IMAGE_TOKENS;
  for (const url of pictures) extras.mediaBytes += dataUrlBase64(asText(url) ?? "")?.length ?? 0;
  for (const input of inputs) {
    for (const part of asArray(asObject(input)?.["content"])) addImage(extras, part);
  }
  // Older models charge pictures by their number.
  return pictures.length > 0 ? { ...extras, units: { images: pictures.length } } : extras;
}
