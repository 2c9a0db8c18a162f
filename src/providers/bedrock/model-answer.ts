import type { Usage } from "../../domain/usage.ts";
import { tokenCount } from "../../domain/usage.ts";
import { asArray, asObject } from "../fields.ts";
import { utf8Bytes } from "../utf8.ts";
import type { JsonObject } from "../wire.ts";

// The answers of the models whose format is their own and small: Titan, Llama, Mistral's and Cohere's text, the older
// Claude's and AI21's completions, embeddings. A whole answer and a stream's chunk have the same members.
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html

/** The usage that such an answer states, or null. Counts in later chunks are cumulative; those that are null say nothing. */
export function plainUsage(answer: JsonObject): Usage | null {
  const input = tokenCount(answer["inputTextTokenCount"]) ?? tokenCount(answer["prompt_token_count"]);
  const output =
    tokenCount(answer["generation_token_count"]) ??
    tokenCount(answer["totalOutputTextTokenCount"]) ??
    titanOutput(answer["results"]);
  if (input === undefined && output === undefined) return null;
  return {
    ...(input !== undefined && { input_total: input }),
    ...(output !== undefined && { output_total: output }),
  };
}

/** Whether the answer is vectors: then nothing was generated, and no output is a stated zero. */
export function isEmbedding(answer: JsonObject): boolean {
  return EMBEDDINGS.some((member) => answer[member] !== undefined && answer[member] !== null);
}

/** Whether the answer is documents in their order: that is charged by the search, which no answer counts. */
export function isRanking(answer: JsonObject): boolean {
  const first = asObject(asArray(answer["results"])[0]);
  return first?.["relevance_score"] !== undefined || first?.["relevanceScore"] !== undefined;
}

const EMBEDDINGS = ["embedding", "embeddings", "embeddingsByType"];

/** The bytes that the model wrote. */
export function plainBytes(answer: JsonObject): number {
  let bytes = 0;
  for (const member of ["generation", "outputText", "completion", "text"]) bytes += utf8Bytes(answer[member]);
  // Mistral's and Cohere's texts, Titan's results, AI21's completions; Command R's calls.
  for (const member of ["outputs", "generations", "results"]) {
    for (const item of asArray(answer[member])) {
      const part = asObject(item);
      bytes += utf8Bytes(part?.["text"]) + utf8Bytes(part?.["outputText"]);
    }
  }
  for (const item of asArray(answer["completions"])) {
    bytes += utf8Bytes(asObject(asObject(item)?.["data"])?.["text"]);
  }
  const calls = asArray(answer["tool_calls"]);
  return calls.length > 0 ? bytes + utf8Bytes(JSON.stringify(calls)) : bytes;
}

/** Titan writes one result or several. */
function titanOutput(results: unknown): number | undefined {
  const counts = asArray(results).map((result) => tokenCount(asObject(result)?.["tokenCount"]));
  return counts.reduce((sum, count) => (count === undefined ? sum : (sum ?? 0) + count), undefined);
}
