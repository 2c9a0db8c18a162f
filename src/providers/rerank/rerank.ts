import type { InputExtras } from "../../domain/estimate.ts";
import { tokenCount, type Usage } from "../../domain/usage.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { modelOnly } from "../model-only.ts";
import { statedUsageCost } from "../openai/stated-usage-cost.ts";
import { plainExtras, spare } from "../plain-extras.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject, Reading, Wire } from "../wire.ts";

/**
 * Reranks that charge what they read, as Voyage's, Together's, OpenRouter's and llama.cpp's: one body, and a `usage` that
 * states at least the total. https://docs.voyageai.com/reference/reranker-api, https://docs.together.ai/reference/rerank-1
 */
export const rerank: Wire = {
  name: "rerank",
  envelope: "openai",
  ...modelOnly,
  inputExtras: rerankExtras,
  readBody: readRerank,
};

/** A pair is read with a beginning, a border and an end; newer models put instructions around it. */
const TOKENS_PER_PAIR = 128;

/** The query is read with each document, and of the body's bytes it is there once. */
export function rerankExtras(body: JsonObject): InputExtras {
  const pairs = Math.max(1, asArray(body["documents"]).length);
  const room = spare(pairs * TOKENS_PER_PAIR);
  return { ...plainExtras(), ...room, tokens: room.tokens + (pairs - 1) * queryBytes(body["query"]) };
}

/** Some take the query as an object, too. */
function queryBytes(query: unknown): number {
  return typeof query === "string" ? utf8Bytes(query) : utf8Bytes(JSON.stringify(query ?? ""));
}

function readRerank(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const error = answer?.["error"] ?? false;
  const model = asText(answer?.["model"]);
  const costNanoUsd = statedUsageCost(answer?.["usage"]);
  return {
    usage: usageIn(asObject(answer?.["usage"])),
    complete: answer !== null,
    failed: status >= 400 || error !== false,
    generatedBytes: 0,
    ...(model !== undefined && { model }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

/** There is no output, so none is stated as such. OpenRouter states searches of models that charge them. */
function usageIn(stated: JsonObject | null): Usage | null {
  const input_total = tokenCount(stated?.["prompt_tokens"]) ?? tokenCount(stated?.["total_tokens"]);
  const search_units = tokenCount(stated?.["search_units"]);
  if (input_total === undefined && search_units === undefined) return null;
  return {
    ...(input_total !== undefined && { input_total, output_total: 0 }),
    ...(search_units !== undefined && { search_units }),
  };
}
