// What operators change while calls come in, through two running Workers on the same stores.

import { afterAll, beforeAll } from "vitest";
import { startRig, type Rig } from "../support/e2e-rig.ts";
import { startRawWorker, type RawWorker } from "../support/raw-worker.ts";
import { changes } from "./traffic/changes.ts";

let rig: Rig;
let another: RawWorker;
beforeAll(async () => {
  rig = await startRig();
  another = await startRawWorker(rig.stack.bindings);
});
afterAll(async () => {
  await another?.kill();
  await rig?.stop();
});

changes(() => ({ rig, another }));
