import * as z from "zod";
import { type CursorParts, decodeCursor } from "../frame/pages.ts";
import { badField } from "../frame/problem.ts";
import type { Range } from "./usage-range.ts";
import type { Report, UsageRow } from "./usage-sums.ts";

// The place of a report's page: its range, so that a default one stays what it was, and the last row before.

const MAX_MS = Date.UTC(10_000, 0);
const ms = z.int().min(0).max(MAX_MS);

const usageCursor = z.tuple(
  [z.string(), ms, ms.nullable(), z.string().regex(/^-?\d{1,30}$/)],
  z.string().nullable(),
);

type Kind = Pick<Report, "order" | "groups">;
export type After = Pick<UsageRow, "values" | "costNanoUsd">;

/** Undefined for the first page. Another report's cursor is a 400. */
export function readCursor(
  cursor: string | undefined,
  report: Kind,
): { range: Range; after: After } | undefined {
  const parts = decodeCursor(cursor, usageCursor);
  if (!parts) return undefined;
  const [kind, fromMs, toMs, cost, ...values] = parts;
  const day = report.groups.indexOf("day");
  // All in one row have no second page.
  const fits = report.groups.length > 0 && kind === kindOf(report) && values.length === report.groups.length;
  if (!fits || (day >= 0 && !z.iso.date().safeParse(values[day]).success)) {
    throw badField("/cursor", "is not a cursor of this report");
  }
  return { range: { fromMs, toMs }, after: { values, costNanoUsd: BigInt(cost) } };
}

export function cursorAfter(report: Report, { costNanoUsd, values }: UsageRow): CursorParts {
  const { fromMs, toMs } = report.range;
  return [kindOf(report), fromMs, toMs, String(costNanoUsd), ...values];
}

const kindOf = ({ order, groups }: Kind): string => [order, ...groups].join(",");
