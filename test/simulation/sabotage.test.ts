import { afterAll, beforeAll, expect, test } from "vitest";
import { openSimulatedEngine } from "./engines.ts";
import type { SimulatedEngine } from "./redis-side.ts";
import { SABOTAGES, type Sabotage } from "./sabotages.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import type { Violation } from "./world.ts";

// Every check can fail: the simulation finds each deliberate break. That it finds nothing in sound code is the other test.

const MAX_SEEDS = 1_200;
const TIMEOUT_MS = 300_000;

let engine: SimulatedEngine;
beforeAll(async () => {
  engine = await openSimulatedEngine();
});
afterAll(() => engine.close());

test.each(SABOTAGES)("law $law fails if $name", { timeout: TIMEOUT_MS }, async (sabotage) => {
  expect(await firstViolation(sabotage)).not.toBeNull();
});

async function firstViolation({ breaks, among, from = 1 }: Sabotage): Promise<Violation | null> {
  for (let seed = from; seed < from + MAX_SEEDS; seed++) {
    const made = scenarioOf(seed);
    const scenario = among?.(made) ?? made;
    const { violation } = await simulate(scenario, { order: seed, engine, breaks });
    if (violation) return violation;
  }
  return null;
}
