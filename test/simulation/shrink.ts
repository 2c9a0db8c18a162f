import type { RunResult } from "./simulate.ts";
import type { Scenario } from "./scenario.ts";

// Makes a failing scenario smaller: whatever can be left out while the same law still breaks, in some order, is left out.

export interface Failing {
  scenario: Scenario;
  order: number;
  result: RunResult;
}

/** Orders in which each smaller scenario is tried. */
const ORDERS = 12;
const MAX_RUNS = 1_500;

/** `run`: repeats a scenario in an order. */
export async function shrink(
  found: Failing,
  run: (scenario: Scenario, order: number) => Promise<RunResult>,
): Promise<Failing> {
  let best = found;
  let runs = 0;
  const law = found.result.violation?.law;

  async function tryOut(scenario: Scenario): Promise<boolean> {
    for (let i = 0; i < ORDERS && runs < MAX_RUNS; i++) {
      runs += 1;
      const order = best.order + i;
      const result = await run(scenario, order);
      if (result.violation?.law !== law) continue;
      best = { scenario, order, result };
      return true;
    }
    return false;
  }

  for (let smaller = true; smaller && runs < MAX_RUNS;) {
    smaller = false;
    for (const candidate of smallerThan(best.scenario)) {
      if (!(await tryOut(candidate))) continue;
      smaller = true;
      break;
    }
  }
  return shortestOf(best, tryOrder);

  async function tryOrder(order: number): Promise<Failing | null> {
    const result = await run(best.scenario, order);
    return result.violation?.law === law ? { scenario: best.scenario, order, result } : null;
  }
}

/** Of many orders of the smallest scenario, the one whose trace is shortest. */
async function shortestOf(
  best: Failing,
  tryOrder: (order: number) => Promise<Failing | null>,
): Promise<Failing> {
  let shortest = best;
  for (let i = 1; i <= ORDERS * 4; i++) {
    const other = await tryOrder(best.order + i);
    if (other && other.result.trace.length < shortest.result.trace.length) shortest = other;
  }
  return shortest;
}

/** Everything that a scenario can be without, the greatest parts first. */
function* smallerThan(scenario: Scenario): Iterable<Scenario> {
  const { calls, changes, budgets, misfortunes } = scenario;
  const half = Math.ceil(calls.length / 2);
  if (calls.length > 2) {
    yield { ...scenario, calls: calls.slice(0, half) };
    yield { ...scenario, calls: calls.slice(half) };
  }
  if (scenario.workers > 1) yield { ...scenario, workers: 1, skewsMs: scenario.skewsMs.slice(0, 1) };
  if (changes.length > 0) yield { ...scenario, changes: [] };
  for (const [name, value] of Object.entries(misfortunes)) {
    if (typeof value === "number" && value > 0) {
      yield { ...scenario, misfortunes: { ...misfortunes, [name]: 0 } };
      if (value > 1) yield { ...scenario, misfortunes: { ...misfortunes, [name]: value - 1 } };
    } else if (value) yield { ...scenario, misfortunes: { ...misfortunes, [name]: null } };
  }
  if (scenario.isOperatorFar) yield { ...scenario, isOperatorFar: false };
  if (scenario.aim) yield { ...scenario, aim: null };
  if (scenario.skewsMs.some((skew) => skew !== 0))
    yield { ...scenario, skewsMs: scenario.skewsMs.map(() => 0) };
  for (const call of calls) yield { ...scenario, calls: calls.filter((other) => other !== call) };
  for (const change of changes) yield { ...scenario, changes: changes.filter((other) => other !== change) };
  for (const budget of budgets) yield { ...scenario, budgets: budgets.filter((other) => other !== budget) };
  for (const [i, call] of calls.entries()) {
    if (call.stream) yield { ...scenario, calls: calls.with(i, { ...call, stream: false }) };
    if (call.leavesAfterMs !== null)
      yield { ...scenario, calls: calls.with(i, { ...call, leavesAfterMs: null }) };
  }
}
