import { WILDCARD, type Budget } from "./charged-budgets.ts";

// How long Redis keeps the counter of one instance of a wildcard, so that customers who left cost no memory. Pure.

const DAY_MS = 86_400_000;
/** So long after its period a counter is kept. More than two periods of one kind differ in length: months by three days. */
const KEPT_AFTER_PERIOD_MS = 4 * DAY_MS;

/** Milliseconds from its period's start; `idle`: its period has no end, so it is kept while it is used. */
export type InstanceLife = number | "idle";

/** Undefined where the budget is no wildcard: its one counter stays. `window`: its current period. */
export function instanceLife(
  { scope }: Pick<Budget, "scope">,
  window: { startMs: number; endMs: number | null },
): InstanceLife | undefined {
  if (scope.id !== WILDCARD) return undefined;
  return window.endMs === null ? "idle" : window.endMs - window.startMs + KEPT_AFTER_PERIOD_MS;
}
