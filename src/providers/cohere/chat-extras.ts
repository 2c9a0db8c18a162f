import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { dataUrlBase64 } from "../media.ts";
import { plainExtras, spare } from "../plain-extras.ts";
import type { JsonObject } from "../wire.ts";

/** Twelve tiles and a preview of 256 tokens each. https://docs.cohere.com/docs/image-inputs, 2026-11. */
export const IMAGE_TOKENS = 3_328;
/**
 * What the model reads beside the messages: about 500 tokens were seen, and 1,400 where there are tools. They aren't billed,
 * but budgets of tokens count them.
 */
const PROMPT_TOKENS = 600;
const TOOLS_PROMPT_TOKENS = 1_200;
const TOKENS_PER_TOOL = 64;

export function cohereChatExtras(body: JsonObject): InputExtras {
  const extras = plainExtras();
  const tools = asArray(body["tools"]).length;
  Object.assign(
    extras,
    spare(PROMPT_TOKENS + (tools > 0 ? TOOLS_PROMPT_TOKENS + tools * TOKENS_PER_TOOL : 0)),
  );
  for (const message of asArray(body["messages"])) {
    for (const part of asArray(asObject(message)?.["content"])) addImage(extras, part);
  }
  // A conversation that Cohere keeps, and what its connectors find, are read unseen.
  const kept = asText(body["conversation_id"]) !== undefined;
  if (kept || asArray(body["connectors"]).length > 0) extras.unseenInput = true;
  return extras;
}

/** A part's kind is whatever field it has: a wrong `type` must not hide an image. */
export function addImage(extras: InputExtras, item: unknown): void {
  const image = asObject(item)?.["image_url"] ?? undefined;
  if (image === undefined) return;
  const url = asText(image) ?? asText(asObject(image)?.["url"]) ?? "";
  extras.tokens += IMAGE_TOKENS;
  extras.mediaBytes += dataUrlBase64(url)?.length ?? 0;
}
