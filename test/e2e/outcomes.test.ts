import { afterAll, beforeAll, describe } from "vitest";
import { startGate, type Gate } from "../support/gate.ts";
import { startRawWorker, type RawWorker } from "../support/raw-worker.ts";
import { disconnects } from "./outcomes/disconnects.ts";
import { largeStreams } from "./outcomes/large-streams.ts";
import { silentDisconnects } from "./outcomes/silent-disconnects.ts";
import { streams } from "./outcomes/streams.ts";
import { unaryCalls } from "./outcomes/unary-calls.ts";

// Each way in which a call can end, through the running Worker: its outcome, its cost, and the books afterwards. One
// stack serves all of them.

let rig: Gate;
let workers: { short: RawWorker; patient: RawWorker };
let stop = async (): Promise<void> => undefined;

beforeAll(async () => {
  rig = await startGate({ bindings: { PROVIDER_TIMEOUT_SECONDS: "2" } });
  const { bindings } = rig.stack;
  const patient = { DISCONNECT_GRACE_SECONDS: "25", PROVIDER_TIMEOUT_SECONDS: "60" };
  workers = {
    short: await startRawWorker(bindings),
    patient: await startRawWorker({ ...bindings, ...patient }),
  };
  stop = async () => {
    await Promise.all([workers.short.kill(), workers.patient.kill()]);
    await rig.stop();
  };
});
afterAll(() => stop());

// Most of a test's time is a grace or a time-out to wait for, so they run side by side.
describe.concurrent("unary calls", () => {
  unaryCalls(() => rig);
});
describe.concurrent("streams", () => {
  streams(() => rig);
});
describe.concurrent("clients who leave", () => {
  disconnects(() => rig);
});
describe.concurrent("clients who leave in silence", () => {
  silentDisconnects(
    () => rig,
    () => workers,
  );
});
// These look at the memory of the Worker, which others would fill too.
describe("large streams", () => {
  largeStreams(() => rig);
});
