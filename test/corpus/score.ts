import type { Usage } from "../../src/domain/usage.ts";
import { customNamed } from "../../src/providers/registry.ts";
import type { Case } from "./cases.ts";
import type { Booked } from "./replay.ts";

// Compares what was booked with what the corpus expects, by the corpus' own rules: a field is wrong only where it was
// stated, an absent one counts as 0, and null means that no usage was found.

const FIELDS = [
  "input_total",
  "input_cached",
  "cache_write",
  "cache_write_5m",
  "cache_write_1h",
  "output_total",
  "reasoning",
  "audio_in",
  "audio_out",
  "billed_input",
  "billed_output",
  "search_units",
  "cost_usd",
] as const;

/** Usage in the corpus' words. */
export type Metered = Partial<Record<string, number>>;

const COST_TOLERANCE_USD = 1e-9;
const USD_PER_NANO = 1e-9;

/** What was booked, in the corpus' words. An estimate isn't what the provider said: null. */
export function meteredOf(booked: Booked | null): Metered | null {
  if (!booked?.usage || booked.estimated) return null;
  const { images, seconds, tool_calls: _, ...same } = booked.usage as Usage & Metered;
  const cost = statedCostUsd(booked);
  return {
    ...same,
    ...(images !== undefined && { images_count: images }),
    ...(seconds !== undefined && { audio_seconds: seconds }),
    ...(cost !== undefined && { cost_usd: cost }),
  };
}

/**
 * Where the settle's facts have a cost that the provider stated, that is what the call must be booked at; of a provider that
 * the organization added itself it is only shown.
 */
function statedCostUsd({ facts, costNanoUsd }: Booked): number | undefined {
  const stated = facts["provider_cost"];
  if (typeof stated !== "number") return undefined;
  return (customNamed(String(facts["provider"])) ? stated : costNanoUsd) * USD_PER_NANO;
}

/** What differs, in words; nothing where the two agree. */
export function differences({ expected_usage: want }: Case, got: Metered | null): string[] {
  if (!want.present) {
    return got && FIELDS.some((field) => got[field]) ? ["usage where the answer has none"] : [];
  }
  return FIELDS.flatMap((field) => {
    const wanted = want[field];
    if (typeof wanted !== "number") return [];
    const tolerance = field === "cost_usd" ? COST_TOLERANCE_USD : 0;
    return Math.abs((got?.[field] ?? 0) - wanted) > tolerance
      ? [`${field}: want ${wanted}, got ${got?.[field] ?? "none"}`]
      : [];
  });
}
