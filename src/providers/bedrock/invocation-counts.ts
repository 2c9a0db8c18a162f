import type { Usage } from "../../domain/usage.ts";
import { asObject } from "../fields.ts";
import type { JsonObject } from "../wire.ts";
import { usageOf } from "./converse-usage.ts";

// What Bedrock itself counted of an InvokeModel call, beside what the model's own body says: in headers, and in a stream's
// last chunk. https://docs.aws.amazon.com/bedrock/latest/userguide/inference-invoke.html

/** The member of a stream's last chunk: it ends the stream. */
export const METRICS_MEMBER = "amazon-bedrock-invocationMetrics";

export function usageInMetrics(payload: JsonObject | null): Usage | null {
  const metrics = asObject(payload?.[METRICS_MEMBER]);
  if (!metrics) return null;
  return usageOf({
    input: metrics["inputTokenCount"],
    output: metrics["outputTokenCount"],
    cacheRead: metrics["cacheReadInputTokenCount"],
    cacheWrite: metrics["cacheWriteInputTokenCount"],
  });
}

export function usageInHeaders(headers: Headers): Usage | null {
  return usageOf({
    input: countIn(headers, "input"),
    output: countIn(headers, "output"),
    cacheRead: countIn(headers, "cache-read-input"),
    cacheWrite: countIn(headers, "cache-write-input"),
  });
}

/**
 * The model's own word, and Bedrock's for what it leaves out. The model's own tells the cache's parts, and counts the
 * output that is billed: Bedrock's was seen to be less (thinking, a tool's call).
 */
export function completedUsage(own: Usage | null, bedrock: Usage | null): Usage | null {
  if (own === null || bedrock === null) return own ?? bedrock;
  const input = own.input_total === undefined ? inputOf(bedrock) : {};
  return {
    ...input,
    ...own,
    ...(own.output_total === undefined &&
      bedrock.output_total !== undefined && { output_total: bedrock.output_total }),
  };
}

function inputOf({ output_total: _output, ...input }: Usage): Usage {
  return input;
}

/** Digits only: any other text is no count. */
function countIn(headers: Headers, kind: string): number | undefined {
  const text = headers.get(`x-amzn-bedrock-${kind}-token-count`);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
