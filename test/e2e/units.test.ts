// Requests, tokens and calls at once, limited through the running Worker and both stores by the same script as usd.

import { afterAll, beforeAll, describe } from "vitest";
import { startFaultGate, type FaultGate } from "../support/fault-gate.ts";
import { startRawWorker, type RawWorker } from "../support/raw-worker.ts";
import { concurrent } from "./units/concurrent.ts";
import { requests } from "./units/requests.ts";
import { severalUnits } from "./units/several-units.ts";
import { tokens } from "./units/tokens.ts";

let rig: FaultGate;
let start: (bindings: Record<string, string>) => Promise<RawWorker>;
let stop = async (): Promise<void> => undefined;
beforeAll(async () => {
  rig = await startFaultGate();
  start = (bindings) => startRawWorker({ ...rig.stack.bindings, ...bindings });
  stop = async () => {
    await rig.stop();
  };
});
afterAll(() => stop());

describe("requests", () => {
  requests(() => rig);
});
describe("tokens", () => {
  tokens(() => rig);
});
describe("concurrent", () => {
  concurrent(
    () => rig,
    (bindings) => start(bindings),
  );
});
describe("several units", () => {
  severalUnits(() => rig);
});
