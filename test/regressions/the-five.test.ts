import { afterAll, beforeAll, describe } from "vitest";
import { startFaultGate, type FaultGate } from "../support/fault-gate.ts";
import { startRawWorker, type RawWorker } from "../support/raw-worker.ts";
import { lostCounters } from "./the-five/r4-lost-counters.ts";
import { oneNumber } from "./the-five/r1-one-number.ts";
import { ownScopes } from "./the-five/r2-own-scopes.ts";
import { phantomHolds } from "./the-five/r3-phantom-holds.ts";
import { resets } from "./the-five/r5-resets.ts";

// The five failures that this project was started for, each as people met it: through the running Worker.

/** Each with policies, epochs and digests in a memory of its own. */
const ISOLATES = 3;

let rig: FaultGate;
let workers: RawWorker[] = [];
let stop = async (): Promise<void> => undefined;

beforeAll(async () => {
  rig = await startFaultGate();
  workers = await Promise.all(Array.from({ length: ISOLATES }, () => startRawWorker(rig.stack.bindings)));
  stop = async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await rig.stop();
  };
});
afterAll(() => stop());

describe("R1", () => {
  oneNumber(() => rig);
});
describe("R2", () => {
  ownScopes(() => rig);
});
describe("R3", () => {
  phantomHolds(() => rig);
});
describe("R4", () => {
  lostCounters(
    () => rig,
    () => workers,
  );
});
describe("R5", () => {
  resets(() => rig);
});
