import type { Budget } from "../../src/domain/charged-budgets.ts";
import type { PlannedCall, Scenario } from "./scenario.ts";

// Scenarios in which Redis falls back at the worst moments, and little else happens: what breaks then takes a dozen steps
// in one order, to which no seed would come among all else that may go wrong.

/** A timer that is due this late waits a little: the scheduler lets one that is due within two seconds come at once. */
const SOON_MS = 2_100;
const READS_MS = 150;

/** Repairs are on their way while a settle comes twice. */
export function whileRepairing(scenario: Scenario): Scenario {
  const calls = scenario.calls.slice(0, 1).map((call) => quick(call, { atMs: 0, providerMs: 0 }));
  return {
    ...calmed(scenario, calls),
    changes: [0, 100, 200].map((ms) => ({ atMs: SOON_MS + ms, change: { kind: "repair" } })),
    aim: "snapshot",
  };
}

/** A counter's first use comes beside two calls, of which the one that was admitted first settles last, and twice. */
export function atFirstUse(scenario: Scenario): Scenario {
  const calls = scenario.calls
    .slice(0, 2)
    .map((call, i) => quick(call, { atMs: i * SOON_MS, providerMs: i === 0 ? SOON_MS : 0 }));
  const changes = [0, 1, 2].map((i) => ({ atMs: READS_MS * i, change: { kind: "read" as const } }));
  return { ...calmed(scenario, calls), changes };
}

/** Of the two budgets the calls are under one; the other is nobody's, so that only a read makes its counter. */
function calmed(scenario: Scenario, calls: PlannedCall[]): Scenario {
  return {
    ...scenario,
    workers: 1,
    skewsMs: [0],
    flushMs: 0,
    budgets: [
      ample("bud_1", { kind: "organization", id: "org_sim" }),
      ample("bud_2", { kind: "tag", id: "green" }),
    ],
    calls,
    misfortunes: { messages: 10, crashes: 0, leaps: 0, memory: "falls back", outage: null },
    fates: ["double"],
    hit: "settle",
    aim: "overtaken snapshot",
    isOperatorFar: true,
    sendsTogether: false,
  };
}

function quick(call: PlannedCall, times: Pick<PlannedCall, "atMs" | "providerMs">): PlannedCall {
  return {
    ...call,
    ...times,
    model: "gpt-4o-mini",
    answer: "usage",
    maxTokens: 60,
    stream: false,
    leavesAfterMs: null,
  };
}

function ample(id: string, scope: Budget["scope"]): Budget {
  return {
    id,
    scope,
    unit: "usd",
    limit: 2_000_000,
    period: { kind: "total" },
    models: null,
    enforcement: "hard",
    onLapse: "charge",
    onStoreOutage: "closed",
    includeTeamSpend: false,
    adjustments: [],
    generation: 1,
  };
}
