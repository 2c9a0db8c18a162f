import { expect, test } from "vitest";
import { follow } from "./follow.ts";
import { rulesWithout, type Rule } from "./rules.ts";
import { scenarioOf, type ScenarioName } from "./scenarios.ts";

// Traces that take a search too long to find each time.
const TRACES: { rule: Rule; scenario: ScenarioName; trace: string[] }[] = [
  {
    rule: "rebuildCount",
    scenario: "firstuse",
    trace: [
      "W0 call costs 1",
      "W1 reserve",
      "W1 call costs 1",
      "W1 settle",
      "BG lapse or sweep of 0",
      "W1 drain: reads the outbox",
      "W0 settle",
      "REDIS FALLS BACK",
      "BG lapse or sweep of 0",
      "W0 drain: reads the outbox",
      "W0 drain: transaction",
      "W0 drain: trim",
      "W0 settle",
      "W1 drain: transaction",
      "W1 open: takes an epoch",
      "W1 open: script",
      "W0 drain: reads the outbox",
      "OP reads budgets",
      "OP rebuild: snapshot",
      "W0 drain: transaction",
      "W0 drain: trim",
      "OP rebuild: script",
    ],
  },
  {
    rule: "bornApart",
    scenario: "firstuselate",
    trace: [
      "W0 call costs 1",
      "W1 reserve",
      "W1 call costs 1",
      "W1 settle",
      "W0 settle; a copy is late",
      "W0 drain: reads the outbox",
      "OP reads budgets",
      "OP rebuild: snapshot",
      "W0 drain: transaction",
      "W0 drain: trim",
      "W1 sees its entry trimmed",
      "REDIS FALLS BACK",
      "OP rebuild: script",
      "late message arrives: settle of 0",
    ],
  },
];

test.each(TRACES)(
  "without $rule these steps break law 4, with it they don't",
  ({ rule, scenario, trace }) => {
    const world = (off: Rule[]) => ({ scenario: scenarioOf(scenario), rules: rulesWithout(off) });
    expect(follow(world([rule]), trace)).toContain("law 4");
    expect(follow(world([]), trace)).toBeNull();
  },
);
