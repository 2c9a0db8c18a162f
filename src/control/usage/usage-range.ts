// The days of a report, in UTC. Pure.

const DAY_MS = 86_400_000;
/** A report with no `from` begins so many days before its end, the last one included. */
const DEFAULT_DAYS = 30;

/** From a moment until before another, in milliseconds. A null end is none. */
export interface Range {
  fromMs: number;
  toMs: number | null;
}

/** A range as whole days, which have totals, and what is left of it at its edges, which has not. */
export interface SplitRange {
  /** Days since 1970, the last one not included. */
  wholeDays: { from: number; to: number | null } | null;
  edges: { fromMs: number; toMs: number }[];
}

interface Asked {
  from?: Date | undefined;
  to?: Date | undefined;
  order: "group" | "cost";
}

/**
 * With no end it is open, so that what another Worker's clock put a little later than now is in it. In the order of cost
 * it ends now: later calls would move rows from one page to another.
 */
export function rangeOf({ from, to, order }: Asked, nowMs: number): Range {
  const toMs = to?.getTime() ?? (order === "cost" ? nowMs + 1 : null);
  const lastDay = dayOf(toMs === null ? nowMs : toMs - 1);
  const defaultFromMs = Math.max(0, lastDay - DEFAULT_DAYS + 1) * DAY_MS;
  return { fromMs: from?.getTime() ?? defaultFromMs, toMs };
}

export function splitRange({ fromMs, toMs }: Range): SplitRange {
  const first = dayOf(fromMs + DAY_MS - 1);
  const end = toMs === null ? null : dayOf(toMs);
  if (toMs !== null && end !== null && end <= first) {
    return { wholeDays: null, edges: fromMs < toMs ? [{ fromMs, toMs }] : [] };
  }
  const edges = [{ fromMs, toMs: first * DAY_MS }];
  if (toMs !== null && end !== null) edges.push({ fromMs: end * DAY_MS, toMs });
  return { wholeDays: { from: first, to: end }, edges: edges.filter((edge) => edge.fromMs < edge.toMs) };
}

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
