import type { Rule } from "./rules.ts";
import type { ScenarioName } from "./scenarios.ts";

/** Where the removal of a rule shows, and how many steps a shortest trace to it has. */
export interface Mutant {
  rule: Rule;
  scenario: ScenarioName;
  steps: number;
}

const MUTANTS_BY_RULE = {
  retryReserve: ["o1", 10],
  tombstone: ["o1", 11],
  releaseRefused: ["o1", 7],
  fixedNow: ["sweep", 11],
  lateReserve: ["sweep", 9],
  reserveEpoch: ["readers", 20],
  lostHold: ["e1", 11],
  unknown: ["o1", 11],
  releaseUnknown: ["w1", 11],
  bookedEpoch: ["w1", 15],
  bookedFresh: ["sweep", 12],
  holdEpoch: ["begunrest", 15],
  correctLapse: ["o1", 6],
  bornCheck: ["e2", 7],
  skipMissing: ["w1", 18],
  ownPeriod: ["roll1", 6],
  settleRolls: ["behind", 15],
  lapseRolls: ["behinddies", 13],
  sweepNow: ["sweep", 9],
  trimById: ["r1", 16],
  neither: ["w1", 5],
  doneById: ["r1", 10],
  doneByState: ["r1", 10],
  strandDone: ["strand", 6],
  dedupId: ["r1", 13],
  drainOutcome: ["r1", 13],
  count: ["evO", 11],
  fence: ["w1", 15],
  durable: ["begunrest", 13],
  tag: ["r1", 8],
  confirm: ["o1", 10],
  newEpoch: ["opentwice", 13],
  openOnce: ["opentwice", 14],
  condemn: ["w2", 16],
  rebuildEpoch: ["coldread", 17],
  rebuildOld: ["begunrest", 15],
  rebuildTrimmed: ["e2", 16],
  rebuildKnows: ["begunrefresh", 18],
  rebuildPresent: ["w2", 14],
  outboxInRebuild: ["e2", 14],
  latestPeriod: ["behind", 15],
} as const satisfies Partial<Record<Rule, readonly [ScenarioName, number]>>;

export const MUTANTS: Mutant[] = Object.entries(MUTANTS_BY_RULE).map(([rule, [scenario, steps]]) => ({
  rule: rule as Rule, // The table's own key.
  scenario,
  steps,
}));
