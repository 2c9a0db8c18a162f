import type { Case } from "./cases.ts";
import type { Replay } from "./replay.ts";
import { quantile } from "./quantile.ts";
import type { Problem } from "./verdict.ts";

// A hold is an upper bound of the cost (law 3): how far above it stands, and where it doesn't.

export interface Hold {
  group: string;
  id: string;
  /** Hold by cost. */
  ratio: number;
}

/** Null where there is nothing to compare: no price, no cost, or a request that wasn't recorded whole. */
export function holdOf(group: string, { id }: Case, { booked, request, unpriced }: Replay): Hold | null {
  if (!booked || unpriced || booked.costNanoUsd === 0 || !request.sized) return null;
  return { group, id, ratio: booked.holdNanoUsd / booked.costNanoUsd };
}

/** A cost above the hold, where the call has nothing in it that no bound can know. */
export function holdProblems({ booked }: Replay, hold: Hold | null): Problem[] {
  if (!booked || !hold || hold.ratio >= 1) return [];
  const why = unboundedPart(booked.facts["usage"]);
  const text = `held ${booked.holdNanoUsd}, cost ${booked.costNanoUsd} nano-USD${booked.estimated ? ", estimated" : ""}`;
  return [{ check: "hold", text, ...(why !== null && { documented: why }) }];
}

/** Tools that the provider runs bring into the context what no body tells. */
export function unboundedPart(usage: unknown): string | null {
  const calls = (usage as { tool_calls?: Record<string, number> } | null)?.tool_calls ?? {};
  const used = Object.entries(calls).filter(([, count]) => count > 0);
  return used.length > 0 ? `server tools: ${used.map(([name]) => name).join(", ")}` : null;
}

export interface HoldSum {
  group: string;
  count: number;
  median: number;
  p90: number;
  least: number;
}

export function sumHolds(holds: Hold[]): HoldSum[] {
  const groups = Map.groupBy(holds, ({ group }) => group);
  return [...groups].map(([group, all]) => {
    const ratios = all.map(({ ratio }) => ratio);
    return {
      group,
      count: ratios.length,
      median: quantile(ratios, 0.5),
      p90: quantile(ratios, 0.9),
      least: Math.min(...ratios),
    };
  });
}
