import { costOf } from "../../src/domain/pricing.ts";
import { tokenCount, type Usage } from "../../src/domain/usage.ts";
import { listPrice } from "../../src/providers/prices/prices.ts";
import type { Case } from "./cases.ts";
import { pathOf } from "./paths.ts";
import { dateOf } from "./replay.ts";
import { quantile } from "./quantile.ts";

// Some providers state what a call cost: how near our own list prices come to it.

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
const COUNTS = [
  "input_total",
  "input_cached",
  "cache_write",
  "cache_write_5m",
  "cache_write_1h",
  "output_total",
  "reasoning",
  "audio_in",
  "audio_out",
  "image_in",
  "image_out",
] as const;

/** Null where the provider stated none. By the expected usage, so that calls with no route yet are judged too. */
export function statedCostOf(recorded: Case): StatedCost | null {
  const { expected_usage: expected, provider, id, model } = recorded;
  const stated = expected["cost_usd"];
  const path = pathOf(recorded);
  if (typeof stated !== "number" || stated <= 0 || !path || !model) return null;
  const statedNanoUsd = Math.round(stated * NANO_PER_USD);
  const price = listPrice({ provider: path.prefix.slice(1), model, atMs: dateOf(recorded) });
  const cost = price && costOf(usageOf(expected), price);
  const oursNanoUsd = cost && "costNanoUsd" in cost ? cost.costNanoUsd : null;
  const error = oursNanoUsd === null ? null : (oursNanoUsd - statedNanoUsd) / Math.max(1, statedNanoUsd);
  return { provider, id, model, statedNanoUsd, oursNanoUsd, error };
}

function usageOf(expected: Record<string, unknown>): Usage {
  const usage: Usage = { input_total: 0, output_total: 0 };
  for (const field of COUNTS) {
    const count = tokenCount(expected[field]);
    if (count !== undefined) usage[field] = count;
  }
  return usage;
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
