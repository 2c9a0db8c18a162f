import { parseArgs } from "node:util";
import { ALL_RULES, isRule, RULES, rulesWithout, type Rule } from "./rules.ts";
import { isScenario, SCENARIO_NAMES, scenarioOf } from "./scenarios.ts";
import { search, type Found } from "./search.ts";
import type { Scenario } from "./world.ts";

// The command line: searches scenarios, with rules removed where asked.

const HELP = `Model checker of the protocol of the books.

  node test/model/check.ts <scenario>[,<scenario>…] [options]   search scenarios
  node test/model/check.ts all [options]                        all of them
  node test/model/check.ts mutant <rule>[,<rule>…] [seconds]    remove a rule, hunt through all scenarios (5 s each)
  node test/model/check.ts list                                 rules and scenarios

  --off=<rule>,…        rules to remove
  --seconds=<n>         stop after so long, each scenario (300)
  --max=<n>             stop after so many states (4000000)
  --set=<key>:<JSON>,…  change the scenario: --set=calls:3,costs:[1+3]   (+ stands for a comma)
  --liveness            also: from every state the books come to rest with no further fault
  --state               print the state of a violation

Breadth first: the trace that is printed is a shortest one. "cut": clean up to about that depth, and not known beyond.
D: late or doubled messages, X: deaths, F: losses of memory are \`late\`, \`deaths\` and \`losses\` of a scenario.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    off: { type: "string", default: "" },
    seconds: { type: "string", default: "300" },
    max: { type: "string", default: "4000000" },
    set: { type: "string", default: "" },
    liveness: { type: "boolean", default: false },
    state: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const [command, ...rest] = positionals;
if (values.help || command === undefined) console.log(HELP);
else if (command === "list") list();
else if (command === "mutant") hunt(rulesIn(rest[0] ?? ""), Number(rest[1] ?? 5));
else run(command === "all" ? SCENARIO_NAMES : command.split(","));

function list(): void {
  for (const rule of ALL_RULES) console.log(`${rule}: ${RULES[rule]}`);
  console.log(`\n${SCENARIO_NAMES.join(" ")}`);
}

function run(names: readonly string[]): void {
  const rules = rulesWithout(rulesIn(values.off));
  const limits = { states: Number(values.max), seconds: Number(values.seconds) };
  for (const name of names) {
    if (!isScenario(name)) throw new Error(`no scenario ${name}`);
    const world = { scenario: scenarioOf(name, changes(values.set)), rules };
    const found = search(world, limits, { liveness: values.liveness });
    console.log(`${name}: ${sentence(found)}`);
    if (!found.violation) continue;
    for (const [i, label] of found.violation.trace.entries()) console.log(`  ${i + 1}. ${label}`);
    if (values.state) console.log(JSON.stringify(found.violation.state, null, 1));
    process.exitCode = 1;
  }
}

function sentence({ violation, cut, states, atRest, depth, seconds }: Found): string {
  const what = violation ? `VIOLATION ${violation.law}` : cut ? "clean so far (cut)" : "clean";
  return `${what}; ${states} states, ${atRest} at rest, depth ${depth}, ${seconds.toFixed(1)} s`;
}

function hunt(rules: readonly Rule[], seconds: number): void {
  for (const rule of rules) {
    let shortest: { name: string; found: Found } | null = null;
    for (const name of SCENARIO_NAMES) {
      const world = { scenario: scenarioOf(name), rules: rulesWithout([rule]) };
      const found = search(world, { states: Number(values.max), seconds });
      if (!found.violation) continue;
      console.log(`  ${rule} | ${name} | ${found.violation.trace.length} | ${sentence(found)}`);
      if (!shortest || found.states < shortest.found.states) shortest = { name, found };
    }
    const trace = shortest?.found.violation;
    console.log(
      trace ? `${rule} | ${shortest?.name} | ${trace.trace.length} | ${trace.law}` : `${rule} | none found`,
    );
    for (const [i, label] of (trace?.trace ?? []).entries()) console.log(`    ${i + 1}. ${label}`);
  }
}

function rulesIn(text: string): Rule[] {
  return text
    .split(",")
    .filter((name) => name !== "")
    .map((name) => {
      if (!isRule(name)) throw new Error(`no rule ${name}`);
      return name;
    });
}

function changes(text: string): Partial<Scenario> {
  const pairs = text.split(",").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", value = ""] = pair.split(/:(.*)/s);
      return [key, JSON.parse(value.replaceAll("+", ",")) as unknown];
    }),
  ) as Partial<Scenario>; // What the caller says is theirs to get right.
}
