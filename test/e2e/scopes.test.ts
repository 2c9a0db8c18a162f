// Which budgets a call counts in, through the running Worker and both stores (law 8).

import { afterAll, beforeAll, describe } from "vitest";
import { createRest, type Rest } from "../support/e2e-rest.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { customers } from "./scopes/customers.ts";
import { labels } from "./scopes/labels.ts";
import { matrix } from "./scopes/matrix.ts";
import { models } from "./scopes/models.ts";
import { wildcards } from "./scopes/wildcards.ts";

let rig: Rig;
let rest: Rest;
beforeAll(async () => {
  rig = await startRig();
  rest = createRest(rig);
});
afterAll(() => rig.stop());

const world = () => ({ rig, rest });
describe("the scopes of a call", () => {
  matrix(world);
});
describe("a customer", () => {
  customers(world);
});
describe("a budget for each", () => {
  wildcards(world);
});
describe("a budget of some models", () => {
  models(world);
});
describe("a call that names what it may not", () => {
  labels(world);
});
