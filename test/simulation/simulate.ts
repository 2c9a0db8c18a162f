import { seededRandom } from "../support/schedule.ts";
import { makeCall } from "./client.ts";
import { installIsolateGlobals } from "./isolate-globals.ts";
import { createIsolate, type Isolate } from "./isolate.ts";
import { createMisfortunes } from "./misfortunes.ts";
import { makeChange } from "./operator.ts";
import type { SimulatedEngine } from "./redis-side.ts";
import { checkRest, comeToRest } from "./rest.ts";
import type { Scenario } from "./scenario.ts";
import { configOf, createWorld, mintSecrets, type Breaks, type Violation, type World } from "./world.ts";

// One run: a scenario in the order that a seed decides, until all is at rest or a law is broken.

/** More than any sound run takes: what isn't over by then goes on for ever. */
const MAX_STEPS = 6_000;

export interface RunResult {
  violation: Violation | null;
  steps: number;
  trace: string[];
  /** How many calls were admitted, refused, answered with 503, or had a Worker that died. */
  calls: { admitted: number; refused: number; unavailable: number; died: number };
}

export async function simulate(
  scenario: Scenario,
  { order, engine, breaks = {} }: { order: number; engine: SimulatedEngine; breaks?: Breaks },
): Promise<RunResult> {
  const world = createWorld(scenario, { random: seededRandom(order), engine, breaks });
  const restoreGlobals = installIsolateGlobals(world.scheduler);
  try {
    await engine.restore("");
    world.setClock();
    await world.redis.loadScripts();
    await mintSecrets(world);
    const steps = await play(world);
    return resultOf(world, steps);
  } finally {
    restoreGlobals();
  }
}

async function play(world: World): Promise<number> {
  const { scenario, scheduler } = world;
  const config = configOf(scenario);
  const isolates: Isolate[] = Array.from({ length: scenario.workers }, (_, slot) =>
    createIsolate(world, { name: `W${slot + 1}`, skewMs: scenario.skewsMs[slot] ?? 0, config }),
  );
  const operator = createIsolate(world, { name: "OP", skewMs: 0, config });
  const misfortunes = createMisfortunes(world, isolates);
  let toCome = scenario.calls.length + scenario.changes.length;
  let changing = 0;
  for (const planned of scenario.calls) {
    const run = () => {
      toCome -= 1;
      const isolate = isolates[planned.slot % isolates.length];
      if (isolate)
        void makeCall(world, planned, isolate).catch((error) => world.violated("14", String(error)));
    };
    scheduler.after(planned.atMs, { owner: "clients", run });
  }
  for (const { atMs, change } of scenario.changes) {
    const run = async () => {
      toCome -= 1;
      changing += 1;
      void makeChange(world, operator, change)
        .catch((error) => world.violated("14", `a change failed: ${String(error)}`))
        .finally(() => (changing -= 1));
    };
    scheduler.after(atMs, { owner: "operators", run });
  }

  let steps = 0;
  const isOver = () =>
    toCome === 0 && changing === 0 && operator.busy === 0 && isolates.every(({ busy }) => busy === 0);
  const isBroken = () => world.violations.length > 0;
  async function until(isDone: () => boolean, between?: () => Promise<void>): Promise<void> {
    while (!isBroken()) {
      await scheduler.settled();
      if (isDone()) return;
      await between?.();
      steps += 1;
      if (steps > MAX_STEPS) return world.violated("4", "liveness: the run doesn't end");
      if (!(await scheduler.step()) && !isDone()) {
        await scheduler.settled();
        if (!isDone()) return world.violated("4", "liveness: something waits for nothing");
      }
    }
  }

  await until(isOver, () => misfortunes.between());
  misfortunes.end();
  while (!isBroken() && (await scheduler.step({ onlyLate: true }))) await scheduler.settled();
  if (isBroken()) return steps;
  scheduler.trace.push("-- all is over; leases end");
  const resting = settledFlag(comeToRest(world, operator).then(() => checkRest(world, operator)));
  await until(() => resting.isDone);
  if (resting.error !== null) world.violated("4", `the books can't be brought to rest: ${resting.error}`);
  return steps;
}

function settledFlag(promise: Promise<void>): { isDone: boolean; error: string | null } {
  const flag = { isDone: false, error: null as string | null };
  promise.then(
    () => (flag.isDone = true),
    (error: unknown) => Object.assign(flag, { isDone: true, error: String(error) }),
  );
  return flag;
}

function resultOf(world: World, steps: number): RunResult {
  const records = [...world.records.values()];
  const count = (is: (record: (typeof records)[number]) => boolean) => records.filter(is).length;
  return {
    violation: world.violations[0] ?? null,
    steps,
    trace: world.scheduler.trace,
    calls: {
      admitted: count(({ dispatched }) => dispatched),
      refused: count(({ status }) => status === 402 || status === 429),
      unavailable: count(({ status }) => status === 503),
      died: count(({ servedBy }) => world.deadIsolates.has(servedBy)),
    },
  };
}
