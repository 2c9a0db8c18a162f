import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { JsonObject, Reading } from "../wire.ts";
import { renamedContainers } from "./containers.ts";
import { itemBytes, noItems, takeItem, toolCallsOf, type ItemsSeen } from "./responses-items.ts";
import { responsesUsage } from "./responses-usage.ts";
import { statedUsageCost } from "./stated-usage-cost.ts";

/** What a response object says, whichever call it stands in the answer of. `complete` is the caller's to say. */
export interface ResponseRead extends Omit<Reading, "complete"> {
  id: string | undefined;
  /** It has an end: completed, incomplete, failed or cancelled. */
  ended: boolean;
  /** It was cancelled in the middle, and states no usage: what it had written by then is billed all the same. */
  cut: boolean;
}

/** What hasn't an end. The word is absent where a provider doesn't know responses that work in the background. */
const WORKING = new Set(["queued", "in_progress"]);
/** The image tool's own model where none is named. https://platform.openai.com/docs/guides/tools-image-generation */
const IMAGE_MODEL = "gpt-image-1";

/** https://platform.openai.com/docs/api-reference/responses/object. `before`: what the stream's items have shown. */
export function readResponse(response: JsonObject, before: ItemsSeen = noItems()): ResponseRead {
  const output = asArray(response["output"]);
  // Some end a stream with an empty output: then its items are what is known.
  const seen = output.length > 0 ? noItems() : before;
  let generatedBytes = 0;
  for (const item of output) {
    takeItem(seen, asObject(item));
    generatedBytes += itemBytes(asObject(item));
  }
  const usage = withTools(responsesUsage(response["usage"]), toolCallsIn(response, seen));
  const images = imageCalls(response, seen);
  const costNanoUsd = statedUsageCost(response["usage"]);
  const model = asText(response["model"]);
  const serviceTier = asText(response["service_tier"]);
  return {
    id: asText(response["id"]),
    ended: !WORKING.has(asText(response["status"]) ?? ""),
    cut: response["status"] === "cancelled" && responsesUsage(response["usage"]) === null,
    usage,
    failed: response["status"] === "failed" || isError(response["error"]),
    generatedBytes,
    ...(model !== undefined && { model }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
    ...(images && { further: [images] }),
  };
}

/** A use of a tool is charged though its response states no tokens. */
export function withTools(usage: Usage | null, tool_calls: Usage["tool_calls"]): Usage | null {
  return tool_calls === undefined ? usage : { ...usage, tool_calls };
}

export function isError(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false;
}

/** What the provider counted itself wins over its items: OpenAI in `tool_usage`, xAI inside `usage`. */
function toolCallsIn(response: JsonObject, seen: ItemsSeen): Usage["tool_calls"] {
  const calls = { ...toolCallsOf(seen) };
  const searches = tokenCount(asObject(asObject(response["tool_usage"])?.["web_search"])?.["num_requests"]);
  if (searches !== undefined) calls["web_search"] = searches;
  const details = asObject(asObject(response["usage"])?.["server_side_tool_usage_details"]);
  for (const [name, value] of Object.entries(details ?? {}).slice(0, 32)) {
    const count = tokenCount(value);
    if (count !== undefined && name.endsWith("_calls"))
      calls[name.slice(0, -"_calls".length).slice(0, 64)] = count;
  }
  const tools = asArray(response["tools"]).map(asObject);
  const named = renamedContainers(calls, tools);
  // The preview's tool has a price of its own, and no name of its own in the output.
  const types = tools.map((tool) => asText(tool?.["type"]) ?? "");
  if (types.some((type) => type.startsWith("web_search_preview")) && !types.includes("web_search")) {
    const { web_search: previewed, ...others } = named;
    return used(previewed === undefined ? others : { ...others, web_search_preview: previewed });
  }
  return used(named);
}

function used(calls: Record<string, number>): Usage["tool_calls"] {
  const entries = Object.entries(calls).filter(([, count]) => count > 0);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/**
 * The image tool's tokens are outside `usage`, at its own model's price. Where the provider doesn't state them (it didn't
 * before 2026), they follow from the pictures' quality and size.
 */
function imageCalls(response: JsonObject, { images }: ItemsSeen): { model: string; usage: Usage } | null {
  const tool = asArray(response["tools"])
    .map(asObject)
    .find((candidate) => candidate?.["type"] === "image_generation");
  const model = asText(tool?.["model"]) ?? IMAGE_MODEL;
  const stated = responsesUsage(asObject(response["tool_usage"])?.["image_gen"]);
  if (stated)
    return (stated.input_total ?? 0) + (stated.output_total ?? 0) > 0
      ? { model, usage: whole(stated) }
      : null;
  if (images.count === 0) return null;
  const image_out = tokenCount(images.outputTokens) ?? 0;
  return {
    model,
    usage: { input_total: tokenCount(images.promptBytes) ?? 0, output_total: image_out, image_out },
  };
}

function whole(usage: Usage): Usage {
  return { ...usage, input_total: usage.input_total ?? 0, output_total: usage.output_total ?? 0 };
}
