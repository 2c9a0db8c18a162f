import type { InputExtras } from "../../domain/estimate.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { dataUrlBase64, documentTokens, likelyDocumentTokens, UNSEEN_DOCUMENT_TOKENS } from "../media.ts";
import { addTokens, plainExtras } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject } from "../wire.ts";
import { soundIn } from "./chat-sound.ts";
import { addRunTools } from "./chat-tools.ts";

// Upper bounds of what an image costs, by https://platform.openai.com/docs/guides/images-vision#calculating-costs, 2026-06.
/** 2,833 and 5,667 for each of at most 8 tiles (2,048 x 768 pixels). */
const GPT_4O_MINI = { prefix: "gpt-4o-mini", low: 2_833, tokens: 48_169, likely: 25_501 };
const LIKELY_IMAGE_TOKENS = 800;
/** 256 patches (512 x 512 pixels) x 2.46; models that count tiles take 85 at most. */
const LOW_DETAIL_TOKENS = 630;
/** 2,500 patches x 1.62, or 1,536 x 2.46; models that count tiles take 85 + 8 x 170. */
const HIGH_DETAIL_TOKENS = 4_050;
/** 10,000 patches x 1.2: models from GPT-5.4 on see the original where the detail isn't stated. */
const ORIGINAL_DETAIL_TOKENS = 12_000;
const SEES_ORIGINAL = /gpt-(?:5\.[4-9]|[6-9])/;

/** Framing of tools in the hidden prompt: a namespace, its comments, one signature a tool. */
const TOOLS_PROMPT_TOKENS = 64;
const TOKENS_PER_TOOL = 16;
/** OpenAI's own models; the chat templates of all others are counted in the prompt, and are longer. */
const OPENAI_MODEL = /(?:^|\/)(?:ft:)?(?:gpt-\d|gpt-audio|chatgpt|o\d)/;
/** What a template says before the first message: Grok's was seen to be about 170 tokens. */
const OTHER_PROMPT_TOKENS = 256;
/** How a template explains tools: Claude's takes up to 804 tokens, Llama 4's about 650. */
const OTHER_TOOLS_PROMPT_TOKENS = 900;
/** What is mostly added where there are tools: Claude's 350, others' less. */
const LIKELY_TOOLS_PROMPT_TOKENS = 200;
/** An earlier spoken answer that is only named: the longest one that a model gives. */
const SPOKEN_ANSWER_TOKENS = 16_384;
/**
 * The most that models of others make of an image, whatever detail is asked for: Pixtral of 1,024 x 1,024 pixels in patches
 * of 16 (https://docs.mistral.ai/capabilities/vision), Qwen (https://huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct), Llama's
 * four tiles of 1,601 (https://huggingface.co/meta-llama/Llama-3.2-11B-Vision-Instruct). 2026-11.
 */
const OTHER_IMAGES: [model: RegExp, tokens: number][] = [
  [/pixtral/i, 4_200],
  [/qwen|qvq/i, 16_384],
  [/llama/i, 6_500],
];

/** What the bytes of a chat don't tell. */
export function openaiChatExtras(body: JsonObject): InputExtras {
  const extras = chatInput(body);
  addRunTools(extras, body);
  return extras;
}

/** The same, but for what the provider runs by itself. Linear in the body and of fixed depth: messages, their parts. */
export function chatInput(body: JsonObject): InputExtras {
  const extras: InputExtras = {
    ...plainExtras(),
    // What the answer doesn't take of a prediction is billed as output.
    // https://platform.openai.com/docs/guides/predicted-outputs
    outputTokens: predictionBytes(body["prediction"]),
    audioOutput: asArray(body["modalities"]).includes("audio") || asObject(body["audio"]) !== null,
    // Newer models write their cache unasked, at their price for it.
    cacheWrites: "5m",
  };
  const tools = asArray(body["tools"]).length + asArray(body["functions"]).length;
  const model = asText(body["model"]) ?? "";
  addPrompt(extras, model, tools);
  addNamedCache(extras, body);
  for (const item of asArray(body["messages"])) {
    const message = asObject(item);
    if (asObject(message?.["audio"])) addAudio(extras, SPOKEN_ANSWER_TOKENS);
    for (const part of partsIn(message?.["content"])) addPart(extras, asObject(part), model);
  }
  return extras;
}

/** Of what the provider writes around the messages and the tools, whose own text is in the body. */
export function addPrompt(extras: InputExtras, model: string, tools: number): void {
  const [prompt, toolsPrompt] = OPENAI_MODEL.test(model)
    ? [0, TOOLS_PROMPT_TOKENS]
    : [OTHER_PROMPT_TOKENS, OTHER_TOOLS_PROMPT_TOKENS];
  const most = prompt + (tools > 0 ? toolsPrompt + tools * TOKENS_PER_TOOL : 0);
  extras.tokens += most;
  const mostly = tools > 0 ? Math.min(toolsPrompt, LIKELY_TOOLS_PROMPT_TOKENS) : 0;
  extras.spareTokens = (extras.spareTokens ?? 0) + most - mostly;
}

/** Some take one part in place of a list. */
function partsIn(content: unknown): unknown[] {
  return asObject(content) ? [content] : asArray(content);
}

/** Gemini reads a cache that the body only names. https://ai.google.dev/gemini-api/docs/openai#extra-body */
function addNamedCache(extras: InputExtras, body: JsonObject): void {
  const google = { ...asObject(body["google"]), ...asObject(asObject(body["extra_body"])?.["google"]) };
  if ((google["cached_content"] ?? google["cachedContent"] ?? null) !== null) addUnseen(extras);
  // Not documented, and so without a price.
  if (asArray(google["tools"]).length > 0) extras.toolCalls["google"] = 1;
}

/** A file of which only the model's context is a bound. */
function addUnseen(extras: InputExtras): void {
  extras.unseenInput = true;
  extras.tokens += UNSEEN_DOCUMENT_TOKENS;
}

/** A part's type is whatever field it has: a wrong `type` must not hide an image. */
function addPart(extras: InputExtras, part: JsonObject | null, model: string): void {
  if (!part) return;
  const image = part["image_url"];
  if (image !== undefined && image !== null) {
    const { url, detail } =
      typeof image === "string" ? { url: image, detail: undefined } : (asObject(image) ?? {});
    addTokens(extras, imageInputTokens(model, detail), likelyImageTokens(model));
    const base64 = dataUrlBase64(asText(url) ?? "");
    extras.mediaBytes += base64?.length ?? 0;
  }
  const sound = soundIn(part, model);
  if (sound) {
    extras.mediaBytes += sound.mediaBytes;
    addAudio(extras, sound.tokens);
    // Some charge the time, on top of the text's tokens.
    extras.units = { seconds: (extras.units?.seconds ?? 0) + sound.seconds };
  }
  // Mistral and Perplexity read documents behind a URL. https://docs.mistral.ai/capabilities/document_ai/document_qna
  if (part["document_url"] ?? part["file_url"]) addUnseen(extras);
  const file = asObject(part["file"]);
  if (file) {
    const data = asText(file["file_data"]);
    // Without the data URL's head the field holds bare base64.
    const base64 = data === undefined ? undefined : (dataUrlBase64(data) ?? data);
    extras.mediaBytes += base64?.length ?? 0;
    if (base64 === undefined || /^https?:/i.test(base64)) addUnseen(extras);
    else {
      const most = documentTokens(base64, imageInputTokens(model, undefined));
      addTokens(extras, most, likelyDocumentTokens(base64));
    }
  }
}

function addAudio(extras: InputExtras, tokens: number): void {
  extras.audioTokens += tokens;
  extras.tokens += tokens;
}

/** Of a square of 1,024 pixels. */
export function likelyImageTokens(model: string): number {
  return model.includes(GPT_4O_MINI.prefix) ? GPT_4O_MINI.likely : LIKELY_IMAGE_TOKENS;
}

/** At most, for one image of this detail. */
export function imageInputTokens(model: string, detail: unknown): number {
  const other = OTHER_IMAGES.find(([pattern]) => pattern.test(model))?.[1];
  if (other !== undefined) return other;
  if (model.includes(GPT_4O_MINI.prefix)) return detail === "low" ? GPT_4O_MINI.low : GPT_4O_MINI.tokens;
  if (detail === "low") return LOW_DETAIL_TOKENS;
  if (detail === "high") return HIGH_DETAIL_TOKENS;
  return detail === "original" || SEES_ORIGINAL.test(model) ? ORIGINAL_DETAIL_TOKENS : HIGH_DETAIL_TOKENS;
}

function predictionBytes(prediction: unknown): number {
  const content = asObject(prediction)?.["content"];
  if (!Array.isArray(content)) return utf8Bytes(content);
  return content.reduce((sum: number, part) => sum + utf8Bytes(asObject(part)?.["text"]), 0);
}
