// How budgets are enforced, and what becomes of their counts when operators and stores interfere, through the running
// Worker and both stores.

import { afterAll, beforeAll, describe } from "vitest";
import { startFaultGate, type FaultGate } from "../support/fault-gate.ts";
import { startRawWorker, type RawWorker } from "../support/raw-worker.ts";
import { adjustments } from "./enforcement/adjustments.ts";
import { alerts } from "./enforcement/alerts.ts";
import { changes } from "./enforcement/changes.ts";
import { drift } from "./enforcement/drift.ts";
import { lapses } from "./enforcement/lapses.ts";
import { outages } from "./enforcement/outages.ts";
import { resets } from "./enforcement/resets.ts";
import { softAndShadow } from "./enforcement/soft-and-shadow.ts";

let rig: FaultGate;
let startShortLease: () => Promise<RawWorker>;
let stop = async (): Promise<void> => undefined;
beforeAll(async () => {
  rig = await startFaultGate();
  startShortLease = () => startRawWorker({ ...rig.stack.bindings, HOLD_LEASE_SECONDS: "2" });
  stop = async () => {
    await rig.stop();
  };
});
afterAll(() => stop());

describe("soft and shadow", () => {
  softAndShadow(() => rig);
});
describe("an adjustment", () => {
  adjustments(() => rig);
});
describe("a reset", () => {
  resets(() => rig);
});
describe("a change while calls are in flight", () => {
  changes(() => rig);
});
describe("a lapse", () => {
  lapses(
    () => rig,
    () => startShortLease(),
  );
});
describe("a store outage", () => {
  outages(() => rig);
});
describe("reconcile", () => {
  drift(() => rig);
});
describe("an alert", () => {
  alerts(() => rig);
});
