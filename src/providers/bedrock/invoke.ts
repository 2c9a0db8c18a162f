import type { PriceOptions } from "../../domain/price-options.ts";
import { asObject, asText, integerField, MAX_CHOICES, MAX_OUTPUT_TOKENS, valueOf } from "../fields.ts";
import { anthropicMessages } from "../anthropic/messages.ts";
import type { BodyEdit } from "../framing/json-edit.ts";
import { maxOutputTokens } from "../prices/output-limits.ts";
import type { CallFacts, InvalidBody, JsonObject, Wire } from "../wire.ts";
import { NO_MODEL } from "./converse.ts";
import { readInvokeBody } from "./invoke-body.ts";
import { invokeExtras } from "./invoke-extras.ts";
import { familyOf, type Family } from "./invoke-families.ts";
import { invokeReader } from "./invoke-reader.ts";
import { modelInPath, pathForModel } from "./model-path.ts";
import { tierAskedInHeaders } from "./service-tier.ts";

/** Each model's own body. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html */
export const invoke: Wire = wire("bedrock-invoke", { stream: false });
/** The same body, answered as an event stream. */
export const invokeStream: Wire = wire("bedrock-invoke-stream", { stream: true });

function wire(name: string, { stream }: { stream: boolean }): Wire {
  return {
    name,
    envelope: "message",
    understand: (body, path, headers) => understand(body, { path, headers, stream }),
    pathFor: pathForModel,
    // Usage comes unasked, streamed or not; an OpenAI body's stream has Bedrock's metrics.
    usageEdits: () => [],
    clampEdits,
    inputExtras: invokeExtras,
    streamReader: (_options, call) => invokeReader(call),
    readBody: readInvokeBody,
  };
}

interface Asked {
  path: string;
  headers: Headers | undefined;
  stream: boolean;
}

function understand(
  body: JsonObject,
  { path, headers, stream }: Asked,
): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelInPath(path);
  if (model === null) return { invalid: NO_MODEL };
  const family = familyOf(model);
  const stated: number[] = [];
  for (const limit of family.limits) {
    const field = integerField(holderOf(body, limit), limit.at(-1) ?? "", MAX_OUTPUT_TOKENS);
    if ("invalid" in field) return { invalid: { ...field.invalid, param: limit.join(".") } };
    if (field.value !== undefined) stated.push(field.value);
  }
  const choices = family.choices ? integerField(body, family.choices, MAX_CHOICES) : { value: 1 };
  if ("invalid" in choices) return choices;
  // Claude's own format knows its thinking and its end user; here the model is in the path, and so is the stream.
  const claude =
    family.name === "claude" ? anthropicMessages.understand({ ...body, model, stream }, path) : null;
  if (claude && "invalid" in claude) return claude;
  const endUser = claude?.facts.endUser ?? asText(body["user"]);
  return {
    facts: {
      model,
      stream,
      choices: valueOf(choices) ?? 1,
      ...limitsOf(family, { body, model, stated, thinking: claude?.facts.outputFloor }),
      ...(endUser !== undefined && { endUser }),
      usageAsked: true,
      priceOptions: optionsOf(family, headers, body),
    },
  };
}

/** What is embedded beside text has a price that isn't known here: no tier of a model is called so. */
function optionsOf({ name }: Family, headers: Headers | undefined, body: JsonObject): PriceOptions {
  const asked = tierAskedInHeaders(headers, body);
  if (name !== "embedding" || !embedsMedia(body)) return asked;
  return { tier: asked.tier === undefined ? "media" : `${asked.tier} media` };
}

const MEDIA = ["images", "inputs", "inputImage", "segmentedEmbeddingParams"];
const NOVA_MEDIA = ["image", "video", "audio"];

function embedsMedia(body: JsonObject): boolean {
  const single = asObject(body["singleEmbeddingParams"]);
  return (
    MEDIA.some((member) => (body[member] ?? null) !== null) ||
    NOVA_MEDIA.some((member) => (single?.[member] ?? null) !== null)
  );
}

function limitsOf(
  { name }: Family,
  {
    body,
    model,
    stated,
    thinking,
  }: { body: JsonObject; model: string; stated: number[]; thinking: number | undefined },
): Pick<CallFacts, "outputLimit" | "outputFloor"> {
  if (name === "embedding" || name === "rerank") return { outputLimit: 0 };
  const greatest = maxOutputTokens(model);
  if (name === "unknown") return { outputLimit: greatest, outputFloor: greatest };
  const limit = stated.length > 0 ? { outputLimit: Math.max(...stated) } : {};
  // Nova refuses a limit beside its highest effort, so none can be set.
  const effort =
    asObject(body["reasoningConfig"]) ?? asObject(asObject(body["inferenceConfig"])?.["reasoningConfig"]);
  const floor = effort?.["maxReasoningEffort"] === "high" ? (limit.outputLimit ?? greatest) : thinking;
  return { ...limit, ...(floor !== undefined && { outputFloor: floor }) };
}

/** Lowers each limit that is above; states the family's first one where there is none. */
function clampEdits(body: JsonObject, { model }: CallFacts, outputTokens: number): BodyEdit[] {
  const { limits, name } = familyOf(model);
  const stated = limits.filter((limit) => typeof valueAt(body, limit) === "number");
  const over = stated.filter((limit) => Number(valueAt(body, limit)) > outputTokens);
  const first = name === "claude" && typeof body["prompt"] === "string" ? limits[1] : limits[0];
  const edited = stated.length === 0 && first ? [first] : over;
  return edited.map((path) => ({ path: [...path], value: outputTokens }));
}

function valueAt(body: JsonObject, path: readonly string[]): unknown {
  return holderOf(body, path)[path.at(-1) ?? ""];
}

function holderOf(body: JsonObject, path: readonly string[]): JsonObject {
  return path.slice(0, -1).reduce<JsonObject>((at, key) => asObject(at[key]) ?? {}, body);
}
