import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { reserved, settle, type Call, type CallPlan } from "../support/calls.ts";
import { counterOf, entriesOf, epochOf, expectExactBooks, outboxLength } from "../support/exact-books.ts";
import { EVERY_ATTEMPT, EVERY_LOOK } from "../support/faults.ts";

/** More than two batches. */
const MANY = 1_200;
const AT_ONCE = 100;

describe("the drain", () => {
  let rig: Rig;
  let worker: RigWorker;
  let other: RigWorker;
  /** Its settles stay in the outbox. */
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

  const plan = (holdId: string): CallPlan => ({
    org,
    holdId,
    amountNanoUsd: 2_000,
    lines: [{ counter: "b1" }],
  });
  const admitted = (holdId: string): Promise<Call> => reserved(other.books, plan(holdId));
  const settledInOutbox = async (holdId: string, cost: number): Promise<Call> => {
    const call = await admitted(holdId);
    expect(await settle(lazy.books, call, cost)).toBe("pending");
    return call;
  };

  test("law 12: one message that Postgres didn't get leaves nothing to a loss of memory", async () => {
    const call = await admitted("h1");
    worker.faults.on("book", "lose_request");
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    rig.emptyRedis();
    await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
  });

  test("R41: a drain that dies before its commit has removed nothing, and the next one books it", async () => {
    const call = await admitted("h1");
    worker.faults.on("book", "lose_request", { times: EVERY_LOOK });
    expect(await settle(worker.books, call, 1_500)).toBe("pending");
    expect([await outboxLength(rig, org), await entriesOf(rig, call)]).toEqual([1, []]);
    const next = await admitted("h2");
    expect(await settle(other.books, next, 300)).toBe("booked");
    expect(await entriesOf(rig, call)).toHaveLength(1);
    await expectExactBooks(rig, org, [
      { call, cost: 1_500 },
      { call: next, cost: 300 },
    ]);
  });

  test("R41: a drain that dies after its commit, or before its trim, books nothing twice", async () => {
    const first = await admitted("h1");
    worker.faults.on("book", "lose_reply", { times: EVERY_LOOK });
    expect(await settle(worker.books, first, 1_500)).toBe("pending");
    expect([await outboxLength(rig, org), (await entriesOf(rig, first)).length]).toEqual([1, 1]);

    const second = await admitted("h2");
    worker.faults.on("trim", "lose_request", { times: EVERY_ATTEMPT });
    expect(await settle(worker.books, second, 700)).toBe("pending");
    expect([await outboxLength(rig, org), (await entriesOf(rig, second)).length]).toEqual([2, 1]);

    await drainOutbox(other.books, org, { force: true });
    expect(await outboxLength(rig, org)).toBe(0);
    await expectExactBooks(rig, org, [
      { call: first, cost: 1_500 },
      { call: second, cost: 700 },
    ]);
  });

  test("law 5: a trim and a Postgres transaction that arrive once more, later, change nothing", async () => {
    const first = await admitted("h1");
    worker.faults.on("trim", "double");
    worker.faults.on("book", "double");
    expect(await settle(worker.books, first, 1_500)).toBe("booked");
    const second = await settledInOutbox("h2", 700);
    await worker.faults.deliverLate();
    expect([await outboxLength(rig, org), (await entriesOf(rig, first)).length]).toEqual([1, 1]);
    await expectExactBooks(rig, org, [
      { call: first, cost: 1_500 },
      { call: second, cost: 700 },
    ]);
  });

  test("law 5: two drains at once book each entry once", async () => {
    const calls = [await settledInOutbox("h1", 100), await settledInOutbox("h2", 200)];
    await Promise.all([
      drainOutbox(worker.books, org, { force: true }),
      drainOutbox(other.books, org, { force: true }),
    ]);
    expect(await outboxLength(rig, org)).toBe(0);
    await expectExactBooks(
      rig,
      org,
      calls.map((call, i) => ({ call, cost: 100 * (i + 1) })),
    );
  });

  test("an outbox that was read before another drain moved on is only suspected: no epoch begins", async () => {
    const first = await settledInOutbox("h1", 100);
    const second = await admitted("h2");
    const before = await epochOf(other.books, org);
    worker.faults.on("book", async () => {
      await drainOutbox(other.books, org, { force: true });
      await settle(other.books, second, 200);
    });
    await drainOutbox(worker.books, org, { force: true });
    expect(worker.faults.count("open")).toBe(1);
    expect(await epochOf(other.books, org)).toBe(before);
    expect(worker.books.reports).toEqual([]);
    await expectExactBooks(rig, org, [
      { call: first, cost: 100 },
      { call: second, cost: 200 },
    ]);
  });

  test("law 5: a drain from before a loss of memory is fenced off, and its settle settles again", async () => {
    const call = await admitted("h1");
    const later = plan("h2");
    worker.faults.on("book", async () => {
      rig.emptyRedis();
      await reserved(other.books, later); // opens an epoch, and its rebuild raises the fence
    });
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    expect(worker.faults.count("settle")).toBeGreaterThan(1);
    await expectExactBooks(rig, org, [
      { call, cost: 1_500 },
      { call: { ...call, holdId: "h2" }, cost: "died" },
    ]);
  });

  test("R43: more entries than one batch are all drained, and a rebuild meanwhile waits for them (R4)", async () => {
    const quick = rig.worker({ http: false, drains: false });
    await reserved(other.books, plan("first"));
    worker.faults.away("postgres");
    const calls: Call[] = [];
    for (let i = 0; i < MANY; i += AT_ONCE) {
      const batch = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, j) => reserved(quick.books, plan(`h${i + j}`))),
      );
      await Promise.all(batch.map((call) => settle(quick.books, call, 3)));
      calls.push(...batch);
    }
    expect(await settle(worker.books, await admitted("last"), 5)).toBe("pending");
    worker.faults.back("postgres");

    await rig.redis("DEL", `tg:{${org}}:budget:b1`);
    await reserved(worker.books, plan("after"));
    expect(worker.faults.count("rebuild")).toBeGreaterThan(1);
    // Held: only what was reserved since the counter was made anew.
    expect(await counterOf(other.books, org, "b1")).toMatchObject({ spent: MANY * 3 + 5, held: 2_000 });

    await drainOutbox(worker.books, org, { force: true });
    expect(await outboxLength(rig, org)).toBe(0);
    await expectExactBooks(
      rig,
      org,
      calls.slice(0, AT_ONCE).map((call) => ({ call, cost: 3 })),
    );
    const [row] = await rig.rows(
      "select count(*) as n from ledger_entries where organization_id = $1 and amount = 3",
      org,
    );
    expect(row).toEqual({ n: String(MANY) });
  });

  test("R42: a hundred settles at once are all booked, in at most one Postgres transaction for ten", async () => {
    const busy = rig.worker({ latencyMs: { redis: 5, postgres: 15 } });
    const calls = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => admitted(`h${i}`)));
    const startMs = rig.clock.now();
    const outcomes = await Promise.all(calls.map((call, i) => settle(busy.books, call, i)));
    expect(new Set(outcomes)).toEqual(new Set(["booked"]));
    const transactions = busy.faults.count("book");
    console.log(
      `${AT_ONCE} settles at once: ${transactions} Postgres transactions, ${busy.faults.count("drain")} looks, all booked after ${rig.clock.now() - startMs} ms`,
    );
    expect(transactions).toBeLessThanOrEqual(AT_ONCE / 10);
    await expectExactBooks(
      rig,
      org,
      calls.map((call, i) => ({ call, cost: i })),
    );
  });
});
