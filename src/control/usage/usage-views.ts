import * as z from "zod";
import { formatUsd } from "../../domain/money.ts";
import { usdShape } from "../frame/shapes.ts";
import { type CsvCell, csvOf } from "./csv.ts";
import { GROUPS, type Group, type GroupValue } from "./usage-groups.ts";
import type { UsageRow } from "./usage-sums.ts";

// Sums as the API shows them. Pure.

const SUMS = ["requests", "input_tokens", "output_tokens", "cost"] as const;

const groupValue = z.string().nullable().optional();
export const usageShape = z
  .strictObject({
    ...z.strictObject(Object.fromEntries(GROUPS.map((group) => [group, groupValue]))).shape,
    requests: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost: usdShape,
  })
  .meta({ id: "Usage", description: "The fields asked for in `group_by`, and the sums." });

export function usageView(groups: readonly Group[], row: UsageRow): Record<string, GroupValue | number> {
  const values = groups.map((group, i) => [group, row.values[i] ?? null] as const);
  return { ...Object.fromEntries(values), ...sumsOf(row) };
}

export function usageCsv(groups: readonly Group[], rows: readonly UsageRow[]): string {
  return csvOf(
    [...groups, ...SUMS],
    rows.map((row): CsvCell[] => {
      const sums = sumsOf(row);
      return [
        ...row.values.map((value) => ({ value, foreign: true })),
        ...SUMS.map((name) => ({ value: sums[name] })),
      ];
    }),
  );
}

function sumsOf({ requests, inputTokens, outputTokens, costNanoUsd }: UsageRow) {
  return {
    requests,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cost: formatUsd(costNanoUsd),
  } satisfies Record<(typeof SUMS)[number], string | number>;
}
