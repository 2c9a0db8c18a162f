import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { DAY_MS, reserve, reserved, settle, type Call, type CallPlan } from "../support/calls.ts";
import { counterOf, epochOf, expectExactBooks, outboxLength } from "../support/exact-books.ts";

describe("what Redis lacks is made from the ledger", () => {
  let rig: Rig;
  let worker: RigWorker;
  let other: RigWorker;
  let lazy: RigWorker;
  let org: string;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    org = rig.organization();
    worker = rig.worker();
    other = rig.worker();
    lazy = rig.worker({ drains: false });
  });

  const plan = (holdId: string, limit = 10_000): CallPlan => ({
    org,
    holdId,
    amountNanoUsd: 2_000,
    lines: [{ counter: "b1", limit }],
  });
  const settled = async (holdId: string, cost: number, by = worker): Promise<Call> => {
    const call = await reserved(worker.books, plan(holdId));
    await settle(by.books, call, cost);
    return call;
  };
  const loseCounter = () => rig.redis("DEL", `tg:{${org}}:budget:b1`);

  test("law 9: the first call of an organization begins epoch 1, and every epoch is a new number", async () => {
    const call = await settled("h1", 500);
    expect(await epochOf(worker.books, org)).toBe(1);
    rig.emptyRedis();
    const next = await settled("h2", 700);
    expect(await epochOf(worker.books, org)).toBeGreaterThan(1);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_200, held: 0 });
    await expectExactBooks(rig, org, [
      { call, cost: 500 },
      { call: next, cost: 700 },
    ]);
  });

  test("law 9: of two Workers that are cold at once one begins the epoch, and both reserve in it", async () => {
    const [first, second] = await Promise.all([
      reserved(worker.books, plan("h1")),
      reserved(other.books, plan("h2")),
    ]);
    const begun = [...worker.books.reports, ...other.books.reports];
    expect(begun).toEqual(["epoch_opened"]);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 0, held: 4_000 });
    await settle(worker.books, first, 1);
    await settle(other.books, second, 2);
    await expectExactBooks(rig, org, [
      { call: first, cost: 1 },
      { call: second, cost: 2 },
    ]);
  });

  test("R4: however many Workers rebuild a lost counter at once, it is the total and no multiple of it", async () => {
    const call = await settled("h1", 1_500);
    await loseCounter();
    const workers = Array.from({ length: 6 }, () => rig.worker());
    const admitted = await Promise.all(workers.map(({ books }, i) => reserve(books, plan(`p${i}`))));
    // 1,500 of 10,000 are spent: four holds of 2,000 fit.
    expect(admitted.filter((one) => one !== null)).toHaveLength(4);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_500, held: 8_000 });
    await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
  });

  test("law 9: a rebuilt counter has what is only in the outbox, and forgets the holds from before it", async () => {
    const booked = await settled("h1", 1_500);
    const inOutbox = await settled("h2", 300, lazy);
    const inFlight = await reserved(worker.books, plan("h3"));
    await loseCounter();
    const after = await reserved(worker.books, plan("h4"));
    expect(await outboxLength(rig, org)).toBe(1);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_800, held: 2_000 });
    await settle(worker.books, inFlight, 40);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_840, held: 2_000 });
    await settle(worker.books, after, 5);
    await expectExactBooks(rig, org, [
      { call: booked, cost: 1_500 },
      { call: inOutbox, cost: 300 },
      { call: inFlight, cost: 40 },
      { call: after, cost: 5 },
    ]);
  });

  test("R4: a settle that is booked and trimmed between the snapshot and the rebuild is not missed", async () => {
    const first = await settled("h1", 1_500);
    const second = await reserved(worker.books, plan("h2"));
    await loseCounter();
    worker.faults.on("rebuild", () => settle(other.books, second, 300));
    const third = await reserved(worker.books, plan("h3"));
    expect(worker.faults.count("rebuild")).toBeGreaterThan(2);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_800, held: 2_000 });
    await settle(worker.books, third, 1);
    await expectExactBooks(rig, org, [
      { call: first, cost: 1_500 },
      { call: second, cost: 300 },
      { call: third, cost: 1 },
    ]);
  });

  test("law 9: a Worker far away rebuilds in bounded time, however fast others near the stores drain", async () => {
    const far = rig.worker({ latencyMs: { redis: 60, postgres: 60 } });
    const near = rig.worker({ latencyMs: { redis: 1, postgres: 1 } });
    const calls: Call[] = [await settled("h0", 1)];
    await reserved(worker.books, { ...plan("warm"), lines: [{ counter: "b2" }] });
    await loseCounter();
    const rebuilt = { done: false };
    const rebuilding = reserve(far.books, plan("far")).finally(() => {
      rebuilt.done = true;
    });
    // On another counter, so that nobody else makes the missing one.
    for (let i = 1; !rebuilt.done; i++) {
      const call = await reserved(near.books, { ...plan(`h${i}`), lines: [{ counter: "b2" }] });
      await settle(near.books, call, 1);
      calls.push(call);
    }
    expect(await rebuilding).not.toBeNull();
    console.log(`rebuilt after ${far.faults.count("snapshot")} snapshots, ${calls.length} settles meanwhile`);
    expect(far.faults.count("snapshot")).toBeLessThanOrEqual(3);
    await expectExactBooks(
      rig,
      org,
      calls.map((call) => ({ call, cost: 1 })),
    );
  });

  test("law 6: a counter rebuilt by a clock that is behind is in the latest period that was booked", async () => {
    const today = await settled("h1", 100);
    rig.clock.advance(DAY_MS);
    const tomorrow = await settled("h2", 7);
    const start = tomorrow.lines[0]?.periodStartMs;
    await loseCounter();
    const behind = {
      ...plan("h3"),
      lines: [{ counter: "b1", periodStartMs: today.lines[0]?.periodStartMs ?? 0 }],
    };
    const call = await reserved(worker.books, behind);
    expect(call.lines[0]?.periodStartMs).toBe(start);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 7, periodStartMs: start });
    await settle(worker.books, call, 30);
    await expectExactBooks(rig, org, [
      { call: today, cost: 100 },
      { call: tomorrow, cost: 7 },
      { call, cost: 30 },
    ]);
  });

  test("law 6: so is one whose later period is in the outbox only", async () => {
    const today = await settled("h1", 100);
    rig.clock.advance(DAY_MS);
    const tomorrow = await settled("h2", 7, lazy);
    await loseCounter();
    const behind = {
      ...plan("h3"),
      lines: [{ counter: "b1", periodStartMs: today.lines[0]?.periodStartMs ?? 0 }],
    };
    const call = await reserved(worker.books, behind);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({
      spent: 7,
      periodStartMs: tomorrow.lines[0]?.periodStartMs,
    });
    await settle(worker.books, call, 30);
    await drainOutbox(worker.books, org, { force: false });
    await expectExactBooks(rig, org, [
      { call: today, cost: 100 },
      { call: tomorrow, cost: 7 },
      { call, cost: 30 },
    ]);
  });
});
