import type { InputExtras } from "../../domain/estimate.ts";
import { arrayField, asArray, asObject, asText, firstInvalid, modelField, valueOf } from "../fields.ts";
import { noExtras } from "../google/no-extras.ts";
import { unstreamed } from "../google/unstreamed.ts";
import { dataUrlBase64 } from "../media.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";
import { cohereCounts } from "./cohere-usage.ts";

/** Embeddings of texts and pictures. They have no output that is billed. https://docs.cohere.com/reference/embed */
export const cohereEmbed: Wire = {
  name: "cohere-embed",
  envelope: "message",
  understand,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras,
  streamReader: unstreamed(readEmbed),
  readBody: readEmbed,
};

/** Two megapixels in patches of 28 x 28 pixels are 2,700; this leaves room. https://docs.cohere.com/docs/multimodal-embeddings */
const IMAGE_TOKENS = 5_000;
/** A text is read with a beginning, an end and a word on what it is for. */
const TOKENS_PER_INPUT = 16;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const lists = ["texts", "images", "inputs"].map((param) => arrayField(body, param));
  const fault = firstInvalid([model, ...lists]);
  if (fault) return { invalid: fault };
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: false,
      choices: 1,
      // `max_tokens` here is where each input is cut off.
      outputLimit: 0,
      outputFloor: 0,
      usageAsked: true,
    },
  };
}

/** Linear in the body and of fixed depth: inputs, their parts. */
function inputExtras(body: JsonObject): InputExtras {
  const extras = noExtras();
  const images = asArray(body["images"]).map(asText);
  let inputs = asArray(body["texts"]).length + images.length;
  for (const input of asArray(body["inputs"])) {
    inputs++;
    for (const item of asArray(asObject(input)?.["content"])) {
      const image = asObject(item)?.["image_url"] ?? asObject(item)?.["image"] ?? null;
      if (image !== null) images.push(asText(image) ?? asText(asObject(image)?.["url"]));
    }
  }
  extras.tokens = TOKENS_PER_INPUT * inputs + IMAGE_TOKENS * images.length;
  for (const url of images) extras.mediaBytes += dataUrlBase64(url ?? "")?.length ?? 0;
  // The older models bill a picture as such, the newer one its tokens.
  return images.length > 0 ? { ...extras, units: { images: images.length } } : extras;
}

function readEmbed(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const { usage, billedImageTokens } = cohereCounts(answer?.["meta"]);
  const reading: Reading = {
    // There is no output; a report of pictures alone stays one.
    usage: usage?.billed_input === undefined ? usage : { ...usage, output_total: 0 },
    complete: answer !== null,
    failed: status >= 400,
    generatedBytes: 0,
  };
  if (billedImageTokens === 0) return reading;
  // A line of its own on the bill, at a price of its own: not inside of `input_tokens`.
  const pictures = { input_total: billedImageTokens, image_in: billedImageTokens, output_total: 0 };
  return { ...reading, further: [{ usage: pictures }] };
}
