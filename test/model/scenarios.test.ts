import { expect, test } from "vitest";
import { rulesWithout } from "./rules.ts";
import { scenarioOf, type ScenarioName } from "./scenarios.ts";
import { search } from "./search.ts";

// Small enough to be searched to the end. The larger ones: README.md.
const SEARCHED_WHOLE: ScenarioName[] = [
  "o1",
  "o2",
  "w1",
  "w2",
  "r1",
  "e1",
  "e2",
  "e3",
  "roll1",
  "slowroll",
  "behind",
  "unlike",
  "unlikewipe",
  "soft",
  "replays",
  "replaywipe",
  "renewsweep",
];
const LIVELY: ScenarioName[] = ["o1", "r1", "e1", "e2", "w2", "roll1", "unlikewipe", "replays"];
const LIMITS = { states: 200_000, seconds: 60 };

test.each(SEARCHED_WHOLE)("laws 1, 3, 4, 5 and 12 hold in all that may happen in %s", (name) => {
  const { violation, cut } = search({ scenario: scenarioOf(name), rules: rulesWithout([]) }, LIMITS);
  expect({ violation, cut }).toEqual({ violation: null, cut: false });
});

test.each(LIVELY)("law 12: from every state of %s the books come to rest with no further fault", (name) => {
  const world = { scenario: scenarioOf(name), rules: rulesWithout([]) };
  const { violation, cut } = search(world, LIMITS, { liveness: true });
  expect({ violation, cut }).toEqual({ violation: null, cut: false });
});
