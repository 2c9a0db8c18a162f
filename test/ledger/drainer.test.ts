import { afterAll, beforeAll, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { drainerOf } from "../../src/store/drainers.ts";
import { startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { reserved, settleOrStrand, type Call } from "../support/calls.ts";
import { expectExactBooks } from "../support/exact-books.ts";
import { EVERY_ATTEMPT } from "../support/faults.ts";

// Calls of one isolate that end at once: one drains, the others leave their entries to it.

const CALLS = 24;
const COST = 700;
const LATENCY = { redis: 2, postgres: 15 };

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

async function admitted(count: number) {
  const org = rig.organization();
  const { books } = rig.worker();
  const calls: Call[] = [];
  for (let i = 0; i < count; i++) {
    const lines = [{ counter: "b1" }];
    calls.push(await reserved(books, { org, holdId: `h${i}`, amountNanoUsd: 2_000, lines }));
  }
  // The rig's clock doesn't know of the digests of scripts, which are made at their first use.
  await drainOutbox(books, org, { force: false });
  return { org, calls };
}

const settleAll = async ({ books }: RigWorker, calls: Call[]) =>
  void (await Promise.all(calls.map((call) => settleOrStrand(books, call, COST))));

const booked = (calls: Call[]) => calls.map((call) => ({ call, cost: COST }));

test("many that end at once are booked with few drains, and none asks for itself", async () => {
  const { org, calls } = await admitted(CALLS);
  const worker = rig.worker({ latencyMs: LATENCY });
  await settleAll(worker, calls);
  expect(worker.faults.count("drain") + worker.faults.count("book")).toBeLessThan(CALLS / 3);
  expect(worker.books.memory.drainers.size).toBe(0);
  await expectExactBooks(rig, org, booked(calls));
});

test("calls that end while another drains are over once their entries are in the outbox", async () => {
  const { org, calls } = await admitted(3);
  const [first, ...others] = calls;
  if (!first) throw new Error("no call");
  const worker = rig.worker({ latencyMs: LATENCY });
  const drainer = settleOrStrand(worker.books, first, COST);
  let drains = true;
  void drainer.then(() => (drains = false));
  await Promise.all(others.map((call) => settleOrStrand(worker.books, call, COST)));
  expect(drains).toBe(true);
  await drainer;
  await expectExactBooks(rig, org, booked(calls));
});

test("law 12: a drainer that dies takes nothing along: later drains book what was left to it", async () => {
  const { org, calls } = await admitted(4);
  const [first, ...others] = calls;
  const last = others.pop();
  if (!first || !last) throw new Error("no call");
  const worker = rig.worker({ latencyMs: LATENCY });
  worker.faults.on("book", () => new Promise<never>(() => undefined)); // Its Worker ended: nobody hears of it again.
  void settleOrStrand(worker.books, first, COST);
  await Promise.all(others.map((call) => settleOrStrand(worker.books, call, COST)));
  // The isolate lives on: once its drainer takes no more, the next call drains.
  await rig.clock.sleep(6_000);
  expect(drainerOf(worker.books.memory, org, rig.clock.now())).toBeUndefined();
  await settleOrStrand(worker.books, last, COST);
  await expectExactBooks(rig, org, booked(calls));
});

test("law 12: what Redis lost before it was booked is settled again, however many left theirs", async () => {
  const { org, calls } = await admitted(CALLS);
  const worker = rig.worker({ latencyMs: LATENCY });
  worker.faults.on("book", async () => rig.emptyRedis());
  worker.faults.on("trim", "lose_request", { times: EVERY_ATTEMPT });
  await settleAll(worker, calls);
  expect(worker.faults.count("settle")).toBeGreaterThan(calls.length);
  await expectExactBooks(rig, org, booked(calls));
});

test("law 12: what is lost after it was left is settled again by the drainer", async () => {
  const { org, calls } = await admitted(6);
  const worker = rig.worker({ latencyMs: LATENCY });
  // The second drain is the one for the others.
  worker.faults.on("drain", async () => rig.emptyRedis());
  await settleAll(worker, calls);
  expect(worker.faults.count("settle")).toBeGreaterThan(calls.length);
  await expectExactBooks(rig, org, booked(calls));
});

test("what another Worker's drain booked is known from the ledger, and not settled again", async () => {
  const { org, calls } = await admitted(6);
  const worker = rig.worker({ latencyMs: LATENCY });
  const other = rig.worker();
  worker.faults.on("drain", async () => void (await drainOutbox(other.books, org, { force: true })));
  await settleAll(worker, calls);
  expect(worker.faults.count("settle")).toBe(calls.length);
  await expectExactBooks(rig, org, booked(calls));
});

test("with Postgres away the drainer leaves the entries to later drains, and says so", async () => {
  const { org, calls } = await admitted(6);
  const worker = rig.worker({ latencyMs: LATENCY });
  worker.faults.on("book", "lose_request", { times: EVERY_ATTEMPT });
  await settleAll(worker, calls);
  expect(worker.books.reports).toContain("settles_pending");
  await drainOutbox(rig.worker().books, org, { force: true });
  await expectExactBooks(rig, org, booked(calls));
});
