import { afterAll, beforeAll, describe } from "vitest";
import { startFaultGate, type FaultGate } from "../support/fault-gate.ts";
import { startRawWorker, type RawWorker } from "../support/raw-worker.ts";
import { clientsWhoLeave } from "./faults/clients-who-leave.ts";
import { killedWorkers } from "./faults/killed-workers.ts";
import { lostMemory } from "./faults/lost-memory.ts";
import { lostMessages } from "./faults/lost-messages.ts";
import { postgresAway } from "./faults/postgres-away.ts";
import { redisAway } from "./faults/redis-away.ts";
import { scriptsThatGoTogether } from "./faults/together.ts";

// Any single fault of the stores or of the Worker, while calls go on: the books are exact afterwards (laws 4, 5, 9, 12),
// and nothing is forwarded that wasn't admitted (law 14). One stack serves all of them, one after another.

let rig: FaultGate;
let startShortLease: () => Promise<RawWorker>;
let startPlain: () => Promise<RawWorker>;
let stop = async (): Promise<void> => undefined;

beforeAll(async () => {
  rig = await startFaultGate();
  startPlain = () => startRawWorker(rig.stack.bindings);
  startShortLease = () => startRawWorker({ ...rig.stack.bindings, HOLD_LEASE_SECONDS: "2" });
  stop = async () => {
    await rig.stop();
  };
});
afterAll(() => stop());

describe("lost messages", () => {
  lostMessages(() => rig);
});
describe("Redis away", () => {
  redisAway(() => rig);
});
describe("Postgres away", () => {
  postgresAway(() => rig);
});
describe("Redis emptied", () => {
  lostMemory(() => rig);
});
describe("clients who leave while the call is admitted", () => {
  clientsWhoLeave(
    () => rig,
    () => startPlain(),
  );
});
describe("scripts that go together", () => {
  scriptsThatGoTogether(
    () => rig,
    () => startPlain(),
  );
});
describe("a Worker that was killed", () => {
  killedWorkers(
    () => rig,
    () => startShortLease(),
  );
});
