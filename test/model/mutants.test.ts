import { expect, test } from "vitest";
import { MUTANTS } from "./mutants.ts";
import { rulesWithout } from "./rules.ts";
import { scenarioOf } from "./scenarios.ts";
import { search } from "./search.ts";

// A rule that nothing needs is no rule: without it, a law breaks.
test.each(MUTANTS)(
  "without $rule a law breaks in $scenario after $steps steps",
  ({ rule, scenario, steps }) => {
    const world = { scenario: scenarioOf(scenario), rules: rulesWithout([rule]) };
    const { violation } = search(world, { states: 200_000, seconds: 60 });
    expect(violation?.trace).toHaveLength(steps);
  },
);
