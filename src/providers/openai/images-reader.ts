import type { Usage } from "../../domain/usage.ts";
import { MAX_TOKENS_PER_CALL } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import type { AnsweredCall, JsonObject, Reading, StreamReader } from "../wire.ts";
import { imageOutputTokens } from "./image-tokens.ts";
import { isError } from "./responses-object.ts";
import { responsesUsage } from "./responses-usage.ts";
import { statedUsageCost } from "./stated-usage-cost.ts";

/** What the estimate takes for a token, in bytes. */
const BYTES_PER_TOKEN = 3;

/**
 * Complete: as many pictures came as were asked for. Each states its own usage.
 * https://platform.openai.com/docs/api-reference/images-streaming
 */
export function imagesReader({ body, facts }: Pick<AnsweredCall, "body" | "facts">): StreamReader {
  let usage: Usage | null = null;
  let images = 0;
  let begun = false;
  let failed = false;
  let costNanoUsd: number | undefined;

  function read(event: JsonObject, type: string): void {
    if (type === "error" || isError(event["error"])) failed = true;
    if (type.endsWith(".partial_image")) begun = true;
    if (!type.endsWith(".completed")) return;
    images++;
    usage = added(usage, imageUsage(event["usage"]));
    costNanoUsd = statedUsageCost(event["usage"]) ?? costNanoUsd;
  }

  return {
    push({ event, data }) {
      const message = parsed(data);
      if (message) read(message, asText(message["type"]) ?? event);
      else if (event === "error") failed = true;
      return "pass";
    },
    reading() {
      const complete = images > 0 && images >= facts.choices;
      // A picture of which a part was seen was drawn, whoever broke off.
      const drawing = begun && !complete ? imageOutputTokens(body["quality"], body["size"]) : 0;
      return {
        usage: images > 0 ? { ...usage, images } : null,
        complete,
        failed,
        generatedBytes: BYTES_PER_TOKEN * drawing,
        ...(costNanoUsd !== undefined && { costNanoUsd }),
      };
    },
  };
}

/** Reads a unary answer. A picture counts, whether it is charged by its tokens or by the piece. */
export function readImagesBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const failed = status >= 400 || (answer !== null && isError(answer["error"]));
  const images = asArray(answer?.["data"]).length;
  const stated = imageUsage(answer?.["usage"]);
  const costNanoUsd = statedUsageCost(answer?.["usage"]);
  const model = asText(answer?.["model"]);
  return {
    usage: stated || images > 0 ? { ...stated, images } : null,
    complete: answer !== null,
    failed,
    generatedBytes: 0,
    ...(model !== undefined && { model }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

/** Where the output isn't told apart, all of it is picture: the first models wrote nothing else. */
function imageUsage(value: unknown): Usage | null {
  const usage = responsesUsage(value);
  if (!usage || usage.output_total === undefined || asObject(asObject(value)?.["output_tokens_details"]))
    return usage;
  return { ...usage, image_out: usage.output_total };
}

function added(sum: Usage | null, more: Usage | null): Usage | null {
  if (!sum || !more) return sum ?? more;
  const counts = ["input_total", "input_cached", "image_in", "output_total", "image_out"] as const;
  const total: Usage = { ...sum };
  for (const count of counts) {
    if (more[count] === undefined) continue;
    total[count] = Math.min(MAX_TOKENS_PER_CALL, (total[count] ?? 0) + more[count]);
  }
  return total;
}

function parsed(data: string): JsonObject | null {
  if (!data.startsWith("{")) return null;
  try {
    return asObject(JSON.parse(data));
  } catch {
    // Not ours to judge: the client gets the bytes as they are.
    return null;
  }
}
