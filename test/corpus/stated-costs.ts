import type { Bench } from "./bench.ts";
import type { Case } from "./cases.ts";
import { quantile } from "./quantile.ts";
import { replay, type Replay } from "./replay.ts";

// Some providers state what a call cost: how near our own prices come to it.

export interface StatedCost {
  provider: string;
  id: string;
  model: string;
  statedNanoUsd: number;
  /** Null: no list price. */
  oursNanoUsd: number | null;
  /** Relative to what was stated; null where either is missing. */
  error: number | null;
}

const NANO_PER_USD = 1_000_000_000;
/** The members by which providers state one. */
const STATED = /"(cost|total_cost|estimated_cost|cost_in_usd_ticks)"(?=\s*:)/g;

/** Null where the provider stated none. Ours is what the gate books of the same answer with that statement taken out. */
export async function statedCostOf(
  bench: Bench,
  recorded: Case,
  { unpriced }: Replay,
): Promise<StatedCost | null> {
  const { expected_usage: expected, provider, id, model } = recorded;
  const stated = expected["cost_usd"];
  if (typeof stated !== "number" || stated <= 0 || !model) return null;
  const statedNanoUsd = Math.round(stated * NANO_PER_USD);
  const silent = { ...recorded, response_body: recorded.response_body.replace(STATED, '"unstated_$1"') };
  const booked = unpriced ? null : (await replay(bench, silent))?.booked;
  const oursNanoUsd = booked?.costNanoUsd ?? null;
  const error = oursNanoUsd === null ? null : (oursNanoUsd - statedNanoUsd) / Math.max(1, statedNanoUsd);
  return { provider, id, model, statedNanoUsd, oursNanoUsd, error };
}

export interface StatedCostSum {
  provider: string;
  count: number;
  unpriced: number;
  exact: number;
  median: number;
  max: number;
  worst: StatedCost[];
}

const WORST = 5;

export function sumStatedCosts(costs: StatedCost[]): StatedCostSum[] {
  return [...Map.groupBy(costs, ({ provider }) => provider)].map(([provider, all]) => {
    const priced = all.filter((cost) => cost.error !== null);
    const sizeOf = ({ error }: StatedCost) => Math.abs(error ?? 0);
    const worst = [...priced].sort((one, other) => sizeOf(other) - sizeOf(one)).slice(0, WORST);
    return {
      provider,
      count: all.length,
      unpriced: all.length - priced.length,
      exact: priced.filter(
        ({ statedNanoUsd, oursNanoUsd }) => Math.abs(statedNanoUsd - (oursNanoUsd ?? 0)) <= 1,
      ).length,
      median: quantile(priced.map(sizeOf), 0.5),
      max: Math.max(0, ...priced.map(sizeOf)),
      worst: worst.filter((cost) => sizeOf(cost) > 0),
    };
  });
}
