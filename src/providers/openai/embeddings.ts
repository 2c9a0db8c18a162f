import type { InputExtras } from "../../domain/estimate.ts";
import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText, firstInvalid, modelField, valueOf } from "../fields.ts";
import { NOTHING_READ, noStream } from "../no-stream.ts";
import { dataUrlBase64 } from "../media.ts";
import { plainExtras, spare } from "../plain-extras.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";
import { openaiUsage } from "./chat-usage.ts";
import { statedUsageCost } from "./stated-usage-cost.ts";

/** Embeddings have no output that is billed. https://platform.openai.com/docs/api-reference/embeddings */
export const openaiEmbeddings: Wire = {
  name: "openai-embeddings",
  envelope: "openai",
  understand,
  usageEdits: () => [],
  clampEdits: () => [],
  inputExtras,
  streamReader: noStream,
  readBody: readEmbeddings,
};

/** Voyage's largest: 16 million pixels at 560 a token. https://docs.voyageai.com/docs/multimodal-embeddings */
const IMAGE_TOKENS = 28_600;
/** An embedded text is read with a beginning, an end and (Nvidia, Voyage) a word on what it is for. */
const TOKENS_PER_INPUT = 64;
const MAX_DEPTH = 4;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const fault = firstInvalid([model]);
  if (fault) return { invalid: fault };
  const endUser = asText(body["safety_identifier"]) ?? asText(body["user"]);
  return {
    facts: {
      model: valueOf(model) ?? "",
      stream: false,
      choices: 1,
      outputLimit: 0,
      outputFloor: 0,
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
    },
  };
}

/** A text's bytes bound its tokens; so does the text of an array of token ids, of which each has a comma. */
function inputExtras(body: JsonObject): InputExtras {
  const extras: InputExtras = {
    ...plainExtras(),
    ...spare(TOKENS_PER_INPUT * Math.max(1, inputsIn(body["input"]))),
  };
  addImages(extras, body["input"], 0);
  addImages(extras, body["inputs"], 0);
  return extras;
}

function inputsIn(input: unknown): number {
  return Array.isArray(input) && typeof input[0] !== "number" ? input.length : 1;
}

/** Compatible providers embed images, too: in parts as of chat, or by names of their own. */
function addImages(extras: InputExtras, value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const item of asArray(value)) {
    if (Array.isArray(item) && typeof item[0] === "number") continue;
    const part = asObject(item);
    if (!part && !Array.isArray(item)) continue;
    for (const [name, inner] of Object.entries(part ?? {})) {
      if (!/image|video/.test(name)) continue;
      const url = asText(inner) ?? asText(asObject(inner)?.["url"]) ?? "";
      if (url === "") continue;
      extras.tokens += IMAGE_TOKENS;
      extras.mediaBytes += dataUrlBase64(url)?.length ?? 0;
    }
    addImages(extras, part ? part["content"] : item, depth + 1);
  }
}

function readEmbeddings(status: number, body: unknown): Reading {
  const answer = asObject(body);
  if (!answer) return { ...NOTHING_READ, failed: status >= 400 };
  const error = answer["error"] ?? null;
  const failed = status >= 400 || (error !== null && error !== false);
  const costNanoUsd = statedUsageCost(answer["usage"]);
  const model = asText(answer["model"]);
  return {
    usage: usageOf(answer["usage"]),
    complete: true,
    failed,
    generatedBytes: 0,
    ...(model !== undefined && { model }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

/** Voyage states the total alone. There is no output, so none is stated as such. */
function usageOf(value: unknown): Usage | null {
  const stated = openaiUsage(value);
  const input_total = stated?.input_total ?? tokenCount(asObject(value)?.["total_tokens"]);
  return input_total === undefined ? null : { ...stated, input_total, output_total: 0 };
}
