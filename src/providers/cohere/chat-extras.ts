import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { noExtras } from "../google/no-extras.ts";
import { dataUrlBase64 } from "../media.ts";
import type { JsonObject } from "../wire.ts";

/** At most twelve tiles and an overview, 256 tokens each with their framing. https://docs.cohere.com/docs/image-inputs, 2026-11. */
const IMAGE_TOKENS = 3_500;
/** Framing: roles and ids aren't billed, but a document is given a number and a tool a signature. */
const TOKENS_PER_DOCUMENT = 64;
const TOKENS_PER_TOOL = 64;
/** A schema that the answer must follow is explained to the model. */
const RESPONSE_FORMAT_TOKENS = 200;

/** Linear in the body and of fixed depth: messages, their parts. Cohere's own prompt isn't billed. */
export function cohereChatExtras(body: JsonObject): InputExtras {
  const extras = noExtras();
  extras.tokens += TOKENS_PER_DOCUMENT * asArray(body["documents"]).length;
  extras.tokens += TOKENS_PER_TOOL * asArray(body["tools"]).length;
  if (asObject(body["response_format"])) extras.tokens += RESPONSE_FORMAT_TOKENS;
  // The first version reads conversations that Cohere keeps, and what a connector finds.
  if (asText(body["conversation_id"]) !== undefined || asArray(body["connectors"]).length > 0) {
    extras.unseenInput = true;
  }
  for (const message of asArray(body["messages"])) {
    for (const item of asArray(asObject(message)?.["content"])) addPart(extras, asObject(item));
  }
  return extras;
}

/** A part's type is whatever field it has: a wrong `type` must not hide an image. */
function addPart(extras: InputExtras, part: JsonObject | null): void {
  if (!part) return;
  if (asObject(part["document"])) extras.tokens += TOKENS_PER_DOCUMENT;
  const image = part["image_url"] ?? null;
  if (image === null) return;
  const url = asText(image) ?? asText(asObject(image)?.["url"]) ?? "";
  extras.tokens += IMAGE_TOKENS;
  extras.mediaBytes += dataUrlBase64(url)?.length ?? 0;
}
