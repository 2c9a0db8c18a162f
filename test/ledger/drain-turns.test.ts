import { afterAll, beforeAll, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { startRig, type Rig } from "../support/books-rig.ts";
import { reserved, settle } from "../support/calls.ts";
import { expectExactBooks } from "../support/exact-books.ts";
import { EVERY_ATTEMPT } from "../support/faults.ts";

// Calls of one isolate that wait for their entries: whoever has the drain books for all.

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
  const calls = [];
  for (let i = 0; i < count; i++) {
    const lines = [{ counter: "b1" }];
    calls.push(await reserved(books, { org, holdId: `h${i}`, amountNanoUsd: 2_000, lines }));
  }
  return { org, calls };
}

test("many that end at once are booked with few drains, and none asks for itself", async () => {
  const { org, calls } = await admitted(CALLS);
  // The rig's clock doesn't know of the digests of scripts, which are made at their first use.
  await drainOutbox(rig.worker().books, org, { force: false });
  const worker = rig.worker({ latencyMs: LATENCY });
  const outcomes = await Promise.all(calls.map((call) => settle(worker.books, call, COST)));
  expect(new Set(outcomes)).toEqual(new Set(["booked"]));
  expect(worker.faults.count("drain") + worker.faults.count("book")).toBeLessThan(CALLS / 3);
  await expectExactBooks(
    rig,
    org,
    calls.map((call) => ({ call, cost: COST })),
  );
});

test("law 12: where the drain of the one that has the turn dies, the others book for themselves", async () => {
  const { org, calls } = await admitted(3);
  const worker = rig.worker({ latencyMs: LATENCY });
  worker.faults.on("book", () => new Promise<never>(() => undefined)); // Its Worker ended: nobody hears of it again.
  const [first, ...others] = calls;
  if (!first) throw new Error("no call");
  void settle(worker.books, first, COST);
  const outcomes = await Promise.all(others.map((call) => settle(worker.books, call, COST)));
  expect(outcomes).toEqual(["booked", "booked"]);
  await expectExactBooks(
    rig,
    org,
    calls.map((call) => ({ call, cost: COST })),
  );
});

test("law 12: what Redis lost before it was booked is settled again, however many wait", async () => {
  const { org, calls } = await admitted(CALLS);
  const worker = rig.worker({ latencyMs: LATENCY });
  worker.faults.on("book", async () => rig.emptyRedis());
  worker.faults.on("trim", "lose_request", { times: EVERY_ATTEMPT });
  const outcomes = await Promise.all(calls.map((call) => settle(worker.books, call, COST)));
  expect(outcomes).not.toContain("stranded");
  await expectExactBooks(
    rig,
    org,
    calls.map((call) => ({ call, cost: COST })),
  );
});
