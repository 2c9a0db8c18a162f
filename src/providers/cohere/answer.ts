import { asObject } from "../fields.ts";
import type { Reading } from "../wire.ts";
import { billedUsage } from "./billed-units.ts";

/** Reads an answer that nothing was written for: embeddings, reranks. */
export function readCohereBody(status: number, body: unknown): Reading {
  const answer = asObject(body);
  const usage = billedUsage(answer?.["meta"]);
  const read = usage?.input_total === undefined ? {} : { output_total: 0, billed_output: 0 };
  return {
    usage: usage && { ...usage, ...read },
    complete: answer !== null,
    failed: status >= 400,
    generatedBytes: 0,
  };
}
