// Providers of an organization's own, through the running Worker and both stores; and the secret that they are sealed under.

import { afterAll, beforeAll, describe } from "vitest";
import { createRest, type Rest } from "../support/e2e-rest.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { startScriptedProvider, type ScriptedProvider } from "../support/scripted-provider.ts";
import { credentials } from "./providers/credentials.ts";
import { custom } from "./providers/custom.ts";
import { rotation } from "./providers/rotation.ts";

let own: ScriptedProvider;
let rig: Rig;
let rest: Rest;
beforeAll(async () => {
  own = await startScriptedProvider();
  rig = await startRig();
  rest = createRest(rig);
});
afterAll(async () => {
  await rig.stop();
  await own.close();
});

const world = () => ({ rig, rest, own });
describe("a credential of the organization's own", () => {
  credentials(world);
});
describe("a provider that the organization added", () => {
  custom(world);
});
describe("KEY_SECRET's rotation", () => {
  rotation(world);
});
