import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { addPrompt } from "../openai/chat-extras.ts";
import { plainExtras } from "../plain-extras.ts";
import type { JsonObject } from "../wire.ts";

/** The most that a model which runs at home makes of an image. https://huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct, 2026-11. */
const IMAGE_TOKENS = 16_384;
/** Images are bare base64, in a message or beside the prompt. */
export function ollamaExtras(body: JsonObject): InputExtras {
  const extras = plainExtras();
  addPrompt(extras, asText(body["model"]) ?? "", asArray(body["tools"]).length);
  for (const holder of [body, ...asArray(body["messages"])]) {
    for (const image of asArray(asObject(holder)?.["images"])) {
      extras.tokens += IMAGE_TOKENS;
      extras.mediaBytes += asText(image)?.length ?? 0;
    }
  }
  return extras;
}
