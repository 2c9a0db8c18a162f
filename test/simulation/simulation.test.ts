import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openReal, realRedisIsHere, type Opened } from "../local/redis-engines.ts";
import { openSimulatedEngine, simulatedOn } from "./engines.ts";
import type { SimulatedEngine } from "./redis-side.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulate.ts";

// Laws 1 to 10 and 12 to 14 under random schedules and faults: `npm run simulate` runs as many more as one likes.

const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 320);
const SEEDS_ON_REAL_REDIS = Number(process.env["SIMULATION_SEEDS_REAL"] ?? 25);
const FIRST_SEED = 1;
const TIMEOUT_MS = 600_000;

async function expectLawful(engine: SimulatedEngine, seed: number) {
  const { violation, trace, calls } = await simulate(scenarioOf(seed), { order: seed, engine });
  // The trace stands in the failure; `npm run simulate -- --seeds 1 --from <seed>` makes it shorter.
  expect({ seed, violation, trace: violation ? trace : [] }).toEqual({ seed, violation: null, trace: [] });
  return calls;
}

describe("on the embedded Redis", () => {
  let engine: SimulatedEngine;
  beforeAll(async () => {
    engine = await openSimulatedEngine();
  });
  afterAll(() => engine.close());

  test(
    `laws 1 to 10, 12 to 14: ${SEEDS} seeds keep them at every step and at rest`,
    { timeout: TIMEOUT_MS },
    async () => {
      const sums = { admitted: 0, refused: 0, unavailable: 0, died: 0 };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
        const calls = await expectLawful(engine, seed);
        for (const name of ["admitted", "refused", "unavailable", "died"] as const) sums[name] += calls[name];
      }
      // A simulation in which nothing happens proves nothing.
      for (const sum of Object.values(sums)) expect(sum).toBeGreaterThan(SEEDS / 10);
    },
  );

  test("a seed makes the same run every time", async () => {
    for (const seed of [4, 11, 23]) {
      const first = await simulate(scenarioOf(seed), { order: seed, engine });
      const second = await simulate(scenarioOf(seed), { order: seed, engine });
      expect(second.trace).toEqual(first.trace);
    }
  });

  test("another order makes another run of the same scenario", async () => {
    const one = await simulate(scenarioOf(4), { order: 4, engine });
    const other = await simulate(scenarioOf(4), { order: 5, engine });
    expect(other.trace).not.toEqual(one.trace);
  });
});

describe.skipIf(!realRedisIsHere)("on a real Redis", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openReal();
  });
  afterAll(() => opened.close());

  test(`the laws: ${SEEDS_ON_REAL_REDIS} seeds`, { timeout: TIMEOUT_MS }, async () => {
    const engine = simulatedOn(opened.engine);
    expect.assertions(SEEDS_ON_REAL_REDIS);
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS_ON_REAL_REDIS; seed++)
      await expectLawful(engine, seed);
  });
});
