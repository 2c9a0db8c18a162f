import { openSimulatedEngine } from "./engines.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulate.ts";
const [from = "1", count = "20", trace] = process.argv.slice(2);
const engine = await openSimulatedEngine();
const t = performance.now();
const fails = new Map<string, number[]>();
let steps = 0;
const calls = { admitted: 0, refused: 0, unavailable: 0, died: 0 };
for (let seed = Number(from); seed < Number(from) + Number(count); seed++) {
  const r = await simulate(scenarioOf(seed), { order: seed, engine });
  steps += r.steps;
  for (const k of Object.keys(calls) as (keyof typeof calls)[]) calls[k] += r.calls[k];
  if (trace) console.log(r.trace.join("\n"));
  if (r.violation) {
    const sc = scenarioOf(seed);
    console.log(seed, JSON.stringify(sc.misfortunes), r.violation.law, r.violation.message);
    fails.set(r.violation.law, [...(fails.get(r.violation.law) ?? []), seed]);
  }
}
console.log(
  (performance.now() - t) / Number(count),
  "ms/seed",
  steps / Number(count),
  "steps",
  JSON.stringify(calls),
);
console.log(fails);
