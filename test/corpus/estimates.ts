import type { Bench } from "./bench.ts";
import type { Case } from "./cases.ts";
import { quantile } from "./quantile.ts";
import { replay, type Replay } from "./replay.ts";
import { withoutUsage } from "./without-usage.ts";

// What a call is settled at where its provider reports no usage, against what it reported.

/** Each: estimate by truth, less 1. Null where the truth is zero, or there is no price. */
export interface EstimateError {
  kind: string;
  id: string;
  input: number | null;
  output: number | null;
  cost: number | null;
}

export async function estimateErrorOf(
  bench: Bench,
  recorded: Case,
  { booked: real, request, unpriced }: Replay,
): Promise<EstimateError | null> {
  if (!real?.usage || real.estimated || !request.sized) return null;
  const stripped = withoutUsage(recorded);
  const guessed = stripped && (await replay(bench, stripped))?.booked;
  if (!guessed?.usage || !guessed.estimated) return null;
  return {
    kind: `${recorded.kind} ${recorded.stream ? "stream" : "unary"}`,
    id: recorded.id,
    input: errorOf(guessed.usage.input_total, real.usage.input_total),
    output: errorOf(guessed.usage.output_total, real.usage.output_total),
    cost: unpriced ? null : errorOf(guessed.costNanoUsd, real.costNanoUsd),
  };
}

function errorOf(guess: number | undefined, truth: number | undefined): number | null {
  return guess === undefined || truth === undefined || truth === 0 ? null : guess / truth - 1;
}

export interface EstimateSum {
  kind: string;
  what: "input" | "output" | "cost";
  count: number;
  /** Signed: above 0, more than half are estimated too high. */
  median: number;
  p10: number;
  p90: number;
  /** Of the error's size. */
  medianSize: number;
  p90Size: number;
}

export function sumEstimates(errors: EstimateError[]): EstimateSum[] {
  return [...Map.groupBy(errors, ({ kind }) => kind)].flatMap(([kind, all]) =>
    (["input", "output", "cost"] as const).map((what) => {
      const values = all.map((error) => error[what]).filter((value) => value !== null);
      const sizes = values.map(Math.abs);
      return {
        kind,
        what,
        count: values.length,
        median: quantile(values, 0.5),
        p10: quantile(values, 0.1),
        p90: quantile(values, 0.9),
        medianSize: quantile(sizes, 0.5),
        p90Size: quantile(sizes, 0.9),
      };
    }),
  );
}
