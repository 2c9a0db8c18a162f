import { expect, test } from "vitest";
import { rulesWithout } from "./rules.ts";
import { scenarioOf } from "./scenarios.ts";
import { search } from "./search.ts";

const world = { scenario: scenarioOf("o1"), rules: rulesWithout([]) };

test("a search that is cut says so, and finds nothing", () => {
  const found = search(world, { states: 100, seconds: 60 });
  expect(found.cut).toBe(true);
  expect(found.violation).toBeNull();
});

test("a search twice over finds the same states", () => {
  const limits = { states: 100_000, seconds: 60 };
  const [first, second] = [search(world, limits), search(world, limits)];
  expect(first.states).toBeGreaterThan(1_000);
  expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 });
});
