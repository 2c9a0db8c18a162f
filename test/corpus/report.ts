import { groupOf, isStrict } from "./cases.ts";
import { sumEstimates, type EstimateSum } from "./estimates.ts";
import type { Examined } from "./examine.ts";
import { exceptionFor } from "./exceptions.ts";
import { sumHolds, type HoldSum } from "./holds.ts";
import { sumStatedCosts, type StatedCostSum } from "./stated-costs.ts";
import type { Check, State } from "./verdict.ts";

export interface Finding {
  id: string;
  group: string;
  fidelity: string;
  check: Check;
  text: string;
  /** Why it is right so; null where it isn't. */
  reason: string | null;
}

export interface GroupSum {
  group: string;
  cases: number;
  states: Partial<Record<State, number>>;
  /** Metered cases whose usage is exactly as expected. */
  exact: number;
  /** Cases that went to the provider. */
  metered: number;
  unpriced: number;
}

export interface Report {
  cases: number;
  states: Partial<Record<State, number>>;
  exact: number;
  metered: number;
  unpriced: number;
  groups: GroupSum[];
  findings: Finding[];
  /** The findings that make the run fail. */
  failures: Finding[];
  holds: HoldSum[];
  tightHolds: HoldSum[];
  statedCosts: StatedCostSum[];
  estimates: EstimateSum[];
}

export function reportOf(examined: Examined[]): Report {
  const findings = examined.flatMap(findingsOf);
  const strict = new Set(examined.filter((one) => isStrict(one.recorded)).map((one) => one.recorded.id));
  const groups = [...Map.groupBy(examined, ({ recorded }) => groupOf(recorded))].map(([group, all]) =>
    Object.assign(sumOf(all), { group }),
  );
  return {
    ...sumOf(examined),
    groups: groups.sort((one, other) => (one.group < other.group ? -1 : 1)),
    findings,
    failures: findings.filter(({ id, reason }) => reason === null && strict.has(id)),
    holds: sumHolds(present(examined.map(({ hold }) => hold))),
    tightHolds: sumHolds(present(examined.map(({ tight }) => tight))),
    statedCosts: sumStatedCosts(present(examined.map(({ statedCost }) => statedCost))),
    estimates: sumEstimates(present(examined.map(({ estimated }) => estimated))),
  };
}

function findingsOf({ recorded, problems }: Examined): Finding[] {
  return problems.map(({ check, text, documented }) => ({
    id: recorded.id,
    group: groupOf(recorded),
    fidelity: recorded.fidelity,
    check,
    text,
    reason: documented ?? exceptionFor(recorded.id, check)?.reason ?? null,
  }));
}

function sumOf(examined: Examined[]): Omit<GroupSum, "group"> {
  const states: Partial<Record<State, number>> = {};
  for (const { state } of examined) states[state] = (states[state] ?? 0) + 1;
  const metered = examined.filter(({ state }) => state === "booked" || state === "free");
  return {
    cases: examined.length,
    states,
    exact: metered.filter(({ problems }) => !problems.some(({ check }) => check === "usage")).length,
    metered: metered.length,
    unpriced: examined.filter(({ unpriced }) => unpriced).length,
  };
}

function present<T>(values: (T | null)[]): T[] {
  return values.filter((value) => value !== null);
}
