import { parseArgs } from "node:util";
import { openSimulatedEngine } from "./engines.ts";
import { scenarioOf, type Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { simulate, type RunResult } from "./simulate.ts";

// npm run simulate -- --seeds 1000 --from 1

const HELP = `Runs the gate and its books under random schedules and faults, and checks the laws.

  npm run simulate -- [--seeds <count>] [--from <seed>] [--trace] [--keep-going]

  --seeds       how many seeds to run (default 1000)
  --from        the first of them (default 1)
  --trace       prints what happens, step by step
  --keep-going  goes on after a seed that fails, and shrinks none

A seed that fails is made smaller and printed with its shortest trace. Exit code 1 if any failed.`;

const PROGRESS_MS = 5_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = await runSeeds(Number(values.from), Number(values.seeds));

async function runSeeds(from: number, count: number): Promise<number> {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
    console.error(HELP);
    return 2;
  }
  const engine = await openSimulatedEngine();
  const run = (scenario: Scenario, order: number) => simulate(scenario, { order, engine });
  const startedAt = performance.now();
  const sums = { steps: 0, admitted: 0, refused: 0, unavailable: 0, failed: 0 };
  let reportedAt = startedAt;
  const progress = (seed: number) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const done = seed - from + 1;
    console.log(
      `${done}/${count} seeds, ${(done / seconds).toFixed(1)} a second; ${sums.steps} steps; calls: ${sums.admitted} admitted, ` +
        `${sums.refused} refused, ${sums.unavailable} without a store; ${sums.failed} seeds failed`,
    );
  };
  for (let seed = from; seed < from + count; seed++) {
    const scenario = scenarioOf(seed);
    const result = await run(scenario, seed);
    add(sums, result);
    if (values.trace) console.log(result.trace.join("\n"));
    if (result.violation) {
      const { law, message } = result.violation;
      console.error(`seed ${seed} ${JSON.stringify(scenario.misfortunes)}: law ${law}: ${message}`);
      if (!values["keep-going"]) {
        const least = await shrink({ scenario, order: seed, result }, run);
        console.error(shown(least.scenario, least.result));
        return 1;
      }
    }
    if (performance.now() - reportedAt > PROGRESS_MS) {
      reportedAt = performance.now();
      progress(seed);
    }
  }
  progress(from + count - 1);
  await engine.close();
  return sums.failed > 0 ? 1 : 0;
}

function add(
  sums: { steps: number; admitted: number; refused: number; unavailable: number; failed: number },
  result: RunResult,
) {
  sums.steps += result.steps;
  sums.admitted += result.calls.admitted;
  sums.refused += result.calls.refused;
  sums.unavailable += result.calls.unavailable;
  if (result.violation) sums.failed += 1;
}

function shown(scenario: Scenario, { violation, trace }: RunResult): string {
  const { calls, changes, budgets, misfortunes, workers } = scenario;
  const head = {
    workers,
    calls: calls.length,
    changes: changes.length,
    budgets: budgets.length,
    ...misfortunes,
  };
  return `\nThe shortest found: ${JSON.stringify(head)}\nlaw ${violation?.law}: ${violation?.message}\n${trace.join("\n")}`;
}
