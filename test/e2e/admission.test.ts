// Which calls are admitted, through the running Worker and both stores.

import { afterAll, beforeAll, describe } from "vitest";
import { createRest, type Rest } from "../support/e2e-rest.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { allOrNone } from "./admission/all-or-none.ts";
import { bounds } from "./admission/bounds.ts";
import { clamp } from "./admission/clamp.ts";
import { concurrency } from "./admission/concurrency.ts";
import { periods } from "./admission/periods.ts";
import { refusals } from "./admission/refusals.ts";

let rig: Rig;
let rest: Rest;
beforeAll(async () => {
  rig = await startRig();
  rest = createRest(rig);
});
afterAll(() => rig.stop());

const world = () => ({ rig, rest });
describe("concurrent calls", () => {
  concurrency(world);
});

describe("a call under several budgets", () => {
  allOrNone(world);
});

describe("the bound of a call", () => {
  bounds(world);
});

describe("a call that is clamped", () => {
  clamp(world);
});

describe("a refusal", () => {
  refusals(world);
});

describe("a period", () => {
  periods(world);
});
