import type { Bench } from "./bench.ts";
import type { Case } from "./cases.ts";
import { unboundedPart } from "./holds.ts";
import { quantile } from "./quantile.ts";
import { replay, type Booked, type Replay } from "./replay.ts";
import { withoutUsage } from "./without-usage.ts";

// What a call is settled at where its provider reports no usage, against what it reported.

const MEASURES = ["input", "output", "seen output", "cost"] as const;
type Measure = (typeof MEASURES)[number];

export interface Estimated {
  kind: string;
  id: string;
  pairs: Record<Measure, { guess: number; truth: number } | null>;
}

/** Null where the usage was none, or can't be taken out, or the request wasn't recorded whole. */
export async function estimatedOf(
  bench: Bench,
  recorded: Case,
  { booked: real, request, unpriced }: Replay,
): Promise<Estimated | null> {
  if (!real?.usage || real.estimated || !request.sized) return null;
  const stripped = withoutUsage(recorded);
  const guessed = stripped && (await replay(bench, stripped))?.booked;
  if (!guessed?.usage || !guessed.estimated) return null;
  // What such tools bring into the context dwarfs the rest, so these calls are summed apart.
  const tools = unboundedPart(real.usage) === null ? "" : " with server tools";
  return {
    kind: `${recorded.kind} ${recorded.stream ? "stream" : "unary"}${tools}`,
    id: recorded.id,
    pairs: {
      input: pairOf(guessed.usage.input_total, real.usage.input_total),
      output: pairOf(guessed.usage.output_total, real.usage.output_total),
      // Reasoning is mostly hidden: no bytes tell how long it was.
      "seen output": pairOf(guessed.usage.output_total, seenOutput(real)),
      cost: unpriced ? null : pairOf(guessed.costNanoUsd, real.costNanoUsd),
    },
  };
}

function seenOutput({ usage }: Booked): number | undefined {
  return usage?.output_total === undefined ? undefined : usage.output_total - (usage.reasoning ?? 0);
}

function pairOf(guess: number | undefined, truth: number | undefined) {
  return guess === undefined || truth === undefined || truth <= 0 ? null : { guess, truth };
}

export interface EstimateSum {
  kind: string;
  measure: Measure;
  count: number;
  /** Estimate by truth, less 1: above 0, more than half are estimated too high. */
  p10: number;
  median: number;
  p90: number;
  /** The same of the error's size. */
  medianSize: number;
  p90Size: number;
  /** All estimates by all truths, less 1: small calls weigh little. */
  together: number;
}

export function sumEstimates(estimated: Estimated[]): EstimateSum[] {
  return [...Map.groupBy(estimated, ({ kind }) => kind)].flatMap(([kind, all]) =>
    MEASURES.map((measure) => {
      const pairs = all.map((one) => one.pairs[measure]).filter((pair) => pair !== null);
      const errors = pairs.map(({ guess, truth }) => guess / truth - 1);
      const sizes = errors.map(Math.abs);
      const sumOf = (side: "guess" | "truth") => pairs.reduce((sum, pair) => sum + pair[side], 0);
      return {
        kind,
        measure,
        count: pairs.length,
        p10: quantile(errors, 0.1),
        median: quantile(errors, 0.5),
        p90: quantile(errors, 0.9),
        medianSize: quantile(sizes, 0.5),
        p90Size: quantile(sizes, 0.9),
        together: sumOf("guess") / sumOf("truth") - 1,
      };
    }),
  );
}
