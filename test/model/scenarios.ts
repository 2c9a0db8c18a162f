import { SMALLEST, type Scenario } from "./world.ts";

// One hold is 2 and a limit 3 where it isn't said, so two calls compete.

const SCENARIOS = {
  o1: { late: 1, background: true },
  o2: { late: 2, costs: [3], background: true },
  w1: { losses: 1, memory: ["everything"], background: true, late: 1 },
  w2: { calls: 2, losses: 1, memory: ["everything"], limit: 2 },
  r1: { losses: 1, memory: ["fall back"], background: true },
  r2: { calls: 2, losses: 1, memory: ["fall back"], limit: 4 },
  e1: { losses: 1, memory: ["counter", "hold", "meta", "outbox"], background: true },
  e2: { calls: 2, losses: 1, memory: ["counter"], limit: 4 },
  e3: { calls: 2, losses: 1, memory: ["hold"], limit: 2 },
  roll1: { calls: 2, roll: 1, time: 1, limit: 4 },
  plain: { calls: 2, late: 1, costs: [0, 1, 2, 3] },
  plain2: { calls: 2, late: 2 },
  one: { late: 3, deaths: 1, costs: [0, 1, 2, 3], background: true, time: 1 },
  crash: { calls: 2, late: 1, deaths: 1, costs: [0, 3] },
  release: { calls: 2, late: 1, deaths: 1, costs: [3, "r"], charges: [false] },
  sweep: { late: 2, sweep: true, time: 2, background: true },
  sweep2: { calls: 2, late: 1, sweep: true, time: 2 },
  sweepwipe: { late: 1, sweep: true, time: 2, background: true, losses: 1, memory: ["everything"] },
  sweeprest: { sweep: true, time: 2, background: true, losses: 1, memory: ["fall back"] },
  roll: { calls: 2, late: 1, roll: 1, time: 2, costs: [1, 3] },
  wipe: { calls: 2, losses: 1, memory: ["everything"], costs: [1, 3], background: true },
  wipeD: { calls: 2, losses: 1, memory: ["everything"], late: 1 },
  wipeX: { calls: 2, losses: 1, memory: ["everything"], deaths: 1 },
  wipe1: { losses: 2, memory: ["everything"], costs: [1, 3], late: 1, background: true, time: 1 },
  cold: { calls: 2, cold: true, late: 1 },
  restore1: { losses: 1, memory: ["fall back"], costs: [1, 3], late: 1, background: true, time: 1 },
  restore: { calls: 2, losses: 1, memory: ["fall back"], background: true },
  evict1: {
    losses: 1,
    memory: ["counter", "hold", "meta", "outbox"],
    costs: [1, 3],
    late: 1,
    background: true,
    time: 1,
  },
  evC: { calls: 2, losses: 1, memory: ["counter"], costs: [1, 3], late: 1 },
  evH: { calls: 2, losses: 1, memory: ["hold"], background: true },
  evM: { calls: 2, losses: 1, memory: ["meta"], background: true },
  evO: { calls: 2, losses: 1, memory: ["outbox"], background: true },
  strand: { late: 2, strands: true, losses: 1, memory: ["everything"], deaths: 1, time: 1 },
  rollmem: { calls: 2, roll: 1, time: 2, losses: 1, memory: ["everything", "counter"], limit: 2 },
  rollmem1: {
    roll: 1,
    time: 1,
    losses: 1,
    memory: ["everything", "counter", "fall back"],
    late: 1,
    background: true,
  },
  rollskew: { roll: 1, time: 1, losses: 1, memory: ["everything", "counter"], late: 1, background: true },
  two: { calls: 2, budgets: 2, losses: 1, memory: ["counter"], late: 1 },
  three: { calls: 3, limit: 4, deaths: 1 },

  // What the code does beyond the first model.
  void1: { late: 1, deaths: 1, operator: "void", background: true },
  voidsweep: { late: 1, deaths: 1, operator: "void", sweep: true, time: 3 },
  voidwipe: { deaths: 1, operator: "void", losses: 1, memory: ["everything", "meta"], background: true },
  voidrest: { operator: "void", losses: 1, memory: ["fall back"], background: true },
  batch: { calls: 2, late: 1, batch: 1, limit: 4, background: true },
  batch2: { calls: 2, batch: 1, losses: 1, memory: ["everything"], limit: 4 },
  batchrest: { calls: 2, batch: 1, losses: 1, memory: ["fall back"], limit: 4 },
  batchmeta: { calls: 2, batch: 1, losses: 1, memory: ["meta"], limit: 4 },
  slowroll: { calls: 2, roll: 1, time: 1, slow: true, limit: 2, losses: 1, memory: ["counter"] },
  behind: { calls: 2, roll: 1, time: 1, behind: [1], limit: 4, losses: 1, memory: ["counter"] },
  behindlate: { calls: 2, roll: 1, time: 1, behind: [1], limit: 4, late: 1, background: true },
  least: { calls: 2, least: 1, late: 1, costs: [1, 3] },
  unlike: { calls: 2, budgets: 2, fixed: [null, 1], charges: [true, false], late: 1, deaths: 1 },
  unlikewipe: {
    budgets: 2,
    fixed: [null, 1],
    charges: [true, false],
    deaths: 1,
    losses: 1,
    memory: ["everything", "counter"],
    background: true,
  },
  soft: { calls: 2, budgets: 2, soft: [1], fixed: [null, 3], late: 1 },
  readers: { losses: 1, memory: ["everything", "counter"], operator: "read", late: 1, background: true },
  readrest: { losses: 1, memory: ["fall back"], operator: "read", late: 1, background: true },
  firstuse: {
    calls: 2,
    begun: 1,
    budgets: 2,
    absent: [1],
    uses: [[0], [0]],
    limit: 4,
    operator: "read",
    losses: 1,
    memory: ["fall back"],
  },
  replays: { late: 1, strands: true, operator: "replay", deaths: 1 },
  replaywipe: { late: 1, strands: true, operator: "replay", losses: 1, memory: ["everything"] },

  // Proposed, not built.
  reset: { calls: 2, late: 1, operator: "reset", costs: [1, 3] },
  resetlapse: { deaths: 1, late: 1, operator: "reset", background: true },
  resetwipe: { operator: "reset", losses: 1, memory: ["everything"], background: true },
  resetsweep: { operator: "reset", late: 1, sweep: true, time: 2 },
  resetroll: { calls: 2, operator: "reset", roll: 1, time: 1, limit: 4 },
  resetrest: { operator: "reset", losses: 1, memory: ["fall back"], background: true },
  refresh: { calls: 2, late: 1, operator: "refresh", costs: [1, 3] },
  refreshroll: { calls: 2, operator: "refresh", roll: 1, time: 1, limit: 4 },
  refreshwipe: { operator: "refresh", losses: 1, memory: ["everything", "counter"], late: 1, background: true },
  refreshrest: { operator: "refresh", losses: 1, memory: ["fall back"], background: true },
  renew: { calls: 2, renewals: 1, late: 1 },
  renewsweep: { renewals: 1, late: 1, sweep: true, time: 2, background: true },
  renewwipe: { renewals: 1, late: 1, losses: 1, memory: ["everything", "meta"], background: true },
} as const satisfies Record<string, Partial<Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

export function isScenario(name: string): name is ScenarioName {
  return name in SCENARIOS;
}

export function scenarioOf(name: ScenarioName, changes: Partial<Scenario> = {}): Scenario {
  return { ...SMALLEST, ...SCENARIOS[name], ...changes };
}
