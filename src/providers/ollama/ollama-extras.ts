import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { noExtras } from "../google/no-extras.ts";
import type { JsonObject } from "../wire.ts";

/** The most that a model of Ollama's library makes of a picture (Qwen's: 16,384); most make 256 to 1,601. https://ollama.com/search?c=vision */
const IMAGE_TOKENS = 16_384;
/** A model's own template and system prompt, which the body doesn't show. */
const PROMPT_TOKENS = 256;
const TOOLS_PROMPT_TOKENS = 900;

/** Linear in the body and of fixed depth. Pictures are bare base64, of generate itself or of chat's messages. */
export function ollamaExtras(body: JsonObject): InputExtras {
  const extras = noExtras();
  extras.tokens = PROMPT_TOKENS + (asArray(body["tools"]).length > 0 ? TOOLS_PROMPT_TOKENS : 0);
  for (const holder of [body, ...asArray(body["messages"]).map(asObject)]) {
    for (const image of asArray(holder?.["images"])) {
      extras.tokens += IMAGE_TOKENS;
      extras.mediaBytes += asText(image)?.length ?? 0;
    }
  }
  return extras;
}
