import type { InputExtras } from "../../domain/estimate.ts";
import { anthropicExtras } from "../anthropic/messages-extras.ts";
import { asArray, asObject } from "../fields.ts";
import { openaiChatExtras } from "../openai/chat-extras.ts";
import { plainExtras, spare } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import type { CallFacts, JsonObject } from "../wire.ts";
import { converseExtras } from "./converse-extras.ts";
import { familyOf } from "./invoke-families.ts";
import { imageTokens, TOKENS_AROUND_TEXT } from "./media-bounds.ts";

/** What the bytes of an InvokeModel body don't tell, by the model's family. */
export function invokeExtras(body: JsonObject, facts: CallFacts): InputExtras {
  const { name } = familyOf(facts.model);
  switch (name) {
    case "claude":
      return anthropicExtras(body);
    case "nova":
      return novaExtras(body, facts);
    case "chat":
      return chatExtras(body, facts);
    case "rerank":
      return { ...otherExtras(body, facts), units: { search_units: searchUnits(body) } };
    case "text":
    case "embedding":
      return otherExtras(body, facts);
    case "unknown":
  }
  // Whatever it is: the dearest of what the known ones may cause.
  return { ...novaExtras(body, facts), cacheWrites: "1h", audioOutput: true };
}

/** OpenAI's, but for how large the models here see a picture. */
function chatExtras(body: JsonObject, { model }: CallFacts): InputExtras {
  const extras = openaiChatExtras(body);
  for (const message of asArray(body["messages"])) {
    const parts = asArray(asObject(message)?.["content"]).map(asObject);
    extras.tokens += parts.filter((part) => part?.["image_url"] !== undefined).length * imageTokens(model);
  }
  extras.tokens += TOKENS_AROUND_TEXT;
  extras.spareTokens = (extras.spareTokens ?? 0) + TOKENS_AROUND_TEXT;
  return extras;
}

/** Nova's blocks and tools are Converse's; its thinking is inside its limit. */
function novaExtras(body: JsonObject, facts: CallFacts): InputExtras {
  return converseExtras({ ...body, additionalModelRequestFields: undefined }, facts);
}

/** Pictures are few and small members of such bodies: their base64 counts by its bytes, and each as a picture on top. */
function otherExtras(body: JsonObject, { model }: CallFacts): InputExtras {
  const images = asArray(body["images"]).length + (body["inputImage"] === undefined ? 0 : 1);
  const room = spare(TOKENS_AROUND_TEXT * (1 + asArray(body["texts"]).length));
  return { ...plainExtras(), ...room, tokens: room.tokens + images * imageTokens(model) };
}

// https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-pricing.html and https://aws.amazon.com/bedrock/pricing/
// ("Rerank models"), 2026-11: a query is charged for each hundred chunks of documents; a document is cut into chunks of
// 512 tokens, each with the query in it.
const CHUNKS_PER_UNIT = 100;
const CHUNK_TOKENS = 512;
const LEAST_ROOM_TOKENS = 64;
/** As in the estimate of any input's tokens. */
const BYTES_PER_TOKEN = 3;

function searchUnits(body: JsonObject): number {
  const query = Math.ceil(utf8Bytes(body["query"]) / BYTES_PER_TOKEN);
  const room = Math.max(LEAST_ROOM_TOKENS, CHUNK_TOKENS - query);
  let chunks = 0;
  for (const document of asArray(body["documents"])) {
    const text = asObject(document) ? JSON.stringify(document) : document;
    chunks += Math.max(1, Math.ceil(utf8Bytes(text) / BYTES_PER_TOKEN / room));
  }
  return Math.max(1, Math.ceil(chunks / CHUNKS_PER_UNIT));
}
