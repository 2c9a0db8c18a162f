import type { InputExtras } from "../../domain/estimate.ts";
import { MAX_TOKENS_PER_CALL, tokenCount, type Usage } from "../../domain/usage.ts";
import { arrayField, asArray, asObject, asText, firstInvalid, modelField, valueOf } from "../fields.ts";
import { noExtras } from "../google/no-extras.ts";
import { unstreamed } from "../google/unstreamed.ts";
import { statedUsageCost } from "../openai/stated-usage-cost.ts";
import { utf8Bytes } from "../utf8.ts";
import type { CallFacts, InvalidBody, JsonObject, Reading, Wire } from "../wire.ts";

/**
 * Reranks that are billed by tokens: Voyage's (https://docs.voyageai.com/reference/reranker-api), Together's
 * (https://docs.together.ai/reference/rerank-1). `statesCost`: the provider says what a call costs (OpenRouter).
 */
export function tokenRerank({ statesCost }: { statesCost: boolean }): Wire {
  const read = (status: number, body: unknown) => readRerank(status, body, statesCost);
  return {
    name: "token-rerank",
    envelope: "openai",
    understand,
    usageEdits: () => [],
    clampEdits: () => [],
    inputExtras,
    streamReader: unstreamed(read),
    readBody: read,
  };
}

/** A pair of a query and a document is read with a beginning, an end and what parts the two. */
const TOKENS_PER_PAIR = 16;

function understand(body: JsonObject): { facts: CallFacts } | { invalid: InvalidBody } {
  const model = modelField(body);
  const fault = firstInvalid([model, arrayField(body, "documents")]);
  if (fault) return { invalid: fault };
  const facts = { model: valueOf(model) ?? "", stream: false, choices: 1, usageAsked: true };
  return { facts: { ...facts, outputLimit: 0, outputFloor: 0 } };
}

/** The query is read again with each document. https://docs.voyageai.com/docs/pricing#rerankers */
function inputExtras(body: JsonObject): InputExtras {
  const pairs = asArray(body["documents"]).length;
  const tokens = pairs * (utf8Bytes(body["query"]) + TOKENS_PER_PAIR);
  // At those that are charged by searches, one has up to a hundred documents.
  const units = { search_units: Math.max(1, Math.ceil(pairs / 100)) };
  return { ...noExtras(), tokens: Math.min(MAX_TOKENS_PER_CALL, tokens), units };
}

function readRerank(status: number, body: unknown, statesCost: boolean): Reading {
  const answer = asObject(body);
  const model = asText(answer?.["model"]);
  const costNanoUsd = statesCost ? statedUsageCost(answer?.["usage"]) : undefined;
  return {
    usage: usageOf(asObject(answer?.["usage"])),
    complete: answer !== null,
    failed: status >= 400,
    generatedBytes: 0,
    ...(model !== undefined && { model }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

/** There is no output, so where input is stated none is. */
function usageOf(stated: JsonObject | null): Usage | null {
  const input_total = tokenCount(stated?.["prompt_tokens"]) ?? tokenCount(stated?.["total_tokens"]);
  const search_units = tokenCount(stated?.["search_units"]);
  if (input_total === undefined && search_units === undefined) return null;
  return {
    ...(input_total !== undefined && { input_total, output_total: 0 }),
    ...(search_units !== undefined && { search_units }),
  };
}
