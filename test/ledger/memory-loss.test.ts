import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { LEASE_MS, startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { release, reserve, reserved, settle, type Call, type CallPlan } from "../support/calls.ts";
import { counterOf, entriesOf, epochOf, expectExactBooks, outboxLength } from "../support/exact-books.ts";

describe("Redis loses memory", () => {
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

  const plan = (holdId = "h1", limit = 10_000): CallPlan => ({
    org,
    holdId,
    amountNanoUsd: 2_000,
    lines: [{ counter: "b1", limit }, { counter: "b2" }],
  });
  const admitted = (holdId?: string): Promise<Call> => reserved(other.books, plan(holdId));
  const drain = (by = other) => drainOutbox(by.books, org, { force: true });
  const lose = (key: "meta" | "outbox" | "budget:b1" | "hold:h1") => rig.redis("DEL", `tg:{${org}}:${key}`);

  describe("all of it", () => {
    test("law 12: emptied before the settle, the call is booked all the same", async () => {
      const call = await admitted();
      rig.emptyRedis();
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 4: emptied before the release, nothing is held or booked", async () => {
      const call = await admitted();
      rig.emptyRedis();
      expect(await release(worker.books, call)).toBe("booked");
      expect(await entriesOf(rig, call)).toEqual([]);
      await expectExactBooks(rig, org, [{ call, cost: "none" }]);
    });

    test("R25: emptied after the settle and before its drain, the call is settled again and booked once", async () => {
      const call = await admitted();
      // Another Worker has the drain, so the settle is only in Redis when Redis is emptied.
      await other.books.store.drain(org, { nowMs: rig.clock.now(), force: true });
      worker.faults.on("drain", async () => rig.emptyRedis());
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      expect(worker.faults.count("settle")).toBeGreaterThan(1);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 5: emptied between the drain's read and its transaction, or before its trim, it is booked once", async () => {
      const first = await admitted();
      worker.faults.on("book", async () => rig.emptyRedis());
      expect(await settle(worker.books, first, 1_500)).toBe("booked");
      const second = await admitted("h2");
      worker.faults.on("trim", async () => rig.emptyRedis());
      expect(await settle(worker.books, second, 700)).toBe("booked");
      await expectExactBooks(rig, org, [
        { call: first, cost: 1_500 },
        { call: second, cost: 700 },
      ]);
    });

    test("R24, law 9: emptied after the drain, the counters are what the ledger says before anything is admitted", async () => {
      const call = await admitted();
      await settle(worker.books, call, 1_500);
      rig.emptyRedis();
      expect(await reserve(worker.books, plan("h2", 3_499))).toBeNull();
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_500, held: 0 });
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 5: emptied between a lapse that was booked and its settle, the settle corrects the lapse", async () => {
      const call = await admitted();
      rig.clock.advance(LEASE_MS);
      await lapseEnded(other.books, org);
      await drain();
      rig.emptyRedis();
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      expect((await entriesOf(rig, call)).map(({ kind }) => kind)).toEqual(["lapsed", "correction"]);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 5: a copy of a reserve from before it can't hold anything in the new epoch", async () => {
      const call = await admitted();
      worker.faults.on("reserve", "double", { skip: 1 });
      const doubled = await reserved(worker.books, plan("h2"));
      rig.emptyRedis();
      await settle(worker.books, call, 1);
      await settle(worker.books, doubled, 2);
      await worker.faults.deliverLate();
      await reserve(other.books, plan("h3"));
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ held: 2_000 });
      await expectExactBooks(rig, org, [
        { call, cost: 1 },
        { call: doubled, cost: 2 },
      ]);
    });
  });

  describe("single keys", () => {
    test("law 9: without its meta value a new epoch begins, and the old one's holds and outbox are booked exactly", async () => {
      const inOutbox = await admitted();
      await settle(lazy.books, inOutbox, 300);
      const inFlight = await admitted("h2");
      const died = await admitted("h3");
      const before = await epochOf(other.books, org);
      await lose("meta");
      expect(await settle(worker.books, inFlight, 1_500)).toBe("booked");
      expect(await epochOf(other.books, org)).toBeGreaterThan(before ?? 0);
      await expectExactBooks(rig, org, [
        { call: inOutbox, cost: 300 },
        { call: inFlight, cost: 1_500 },
        { call: died, cost: "died" },
      ]);
    });

    test("law 12: a lost outbox shows by its count, condemns the epoch, and who waits for an entry settles again", async () => {
      const call = await admitted();
      const next = await admitted("h2");
      const before = await epochOf(other.books, org);
      // Another Worker has the drain; while the first waits, its entry is lost, and a second settles.
      await other.books.store.drain(org, { nowMs: rig.clock.now(), force: true });
      worker.faults.on("drain", async () => {
        await lose("outbox");
        await settle(lazy.books, next, 700);
        await drain();
      });
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      expect(await epochOf(other.books, org)).toBeGreaterThan(before ?? 0);
      await expectExactBooks(rig, org, [
        { call, cost: 1_500 },
        { call: next, cost: 700 },
      ]);
    });

    test("R41: an outbox lost after the drain's read loses nothing, since what was read is booked", async () => {
      const call = await admitted();
      worker.faults.on("book", () => lose("outbox"));
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 4: a lost hold is known by its lease, and condemns the epoch whose held includes it", async () => {
      const call = await admitted();
      await lose("hold:h1");
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      expect(await reserve(worker.books, plan("h2"))).not.toBeNull();
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_500, held: 2_000 });
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 4: a lost hold of a dead Worker is found when its lease ends, and holds nothing any more", async () => {
      await admitted();
      const settled = await admitted("h2");
      await settle(worker.books, settled, 700);
      await lose("hold:h1");
      rig.clock.advance(LEASE_MS);
      await lapseEnded(worker.books, org);
      await reserve(worker.books, plan("h3"));
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 700, held: 2_000 });
      await expectExactBooks(rig, org, [{ call: settled, cost: 700 }]);
    });

    test("law 9: a counter lost before the settle is made anew with it, and the other budget never noticed", async () => {
      const call = await admitted();
      await lose("budget:b1");
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      expect(await counterOf(worker.books, org, "b1")).toBeNull();
      await reserve(worker.books, plan("h2"));
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_500, held: 2_000 });
      expect(await counterOf(worker.books, org, "b2")).toMatchObject({ spent: 1_500, held: 2_000 });
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });
  });

  describe("it falls back to an older state", () => {
    test("R24: to before a settle that was drained: the next drain sees it, and the counters are the ledger's", async () => {
      const call = await admitted();
      const snapshot = rig.engine.snapshot();
      await settle(worker.books, call, 1_500);
      rig.engine.restore(snapshot);
      const before = await epochOf(other.books, org);
      const next = await admitted("h2");
      expect(await settle(worker.books, next, 100)).toBe("booked");
      expect(worker.books.reports).toContain("books_inconsistent");
      expect(await epochOf(other.books, org)).toBeGreaterThan(before ?? 0);
      await reserve(worker.books, plan("h3"));
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_600, held: 2_000 });
      await expectExactBooks(rig, org, [
        { call, cost: 1_500 },
        { call: next, cost: 100 },
      ]);
    });

    test("R24: where nothing was settled since, a drain sees it by the watermark alone", async () => {
      const call = await admitted();
      const snapshot = rig.engine.snapshot();
      await settle(worker.books, call, 1_500);
      rig.engine.restore(snapshot);
      await drain();
      expect(other.books.reports).toContain("books_inconsistent");
      await reserve(worker.books, plan("h2"));
      expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 1_500, held: 2_000 });
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 5: the hold that came back lapses, but what was settled stays settled", async () => {
      const call = await admitted();
      const snapshot = rig.engine.snapshot();
      await settle(worker.books, call, 1_500);
      rig.engine.restore(snapshot);
      rig.clock.advance(LEASE_MS);
      expect(await lapseEnded(other.books, org)).toBe(1);
      await drain();
      expect((await entriesOf(rig, call)).map(({ kind }) => kind)).toEqual(["settled"]);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 5: a drain whose entries came back books them once", async () => {
      const call = await admitted();
      await settle(lazy.books, call, 1_500);
      const snapshot = rig.engine.snapshot();
      await drain();
      rig.engine.restore(snapshot);
      expect(await outboxLength(rig, org)).toBe(1);
      await drain();
      expect(await outboxLength(rig, org)).toBe(0);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("R25: a settle that waits for its entry isn't fooled by another that was given the same sequence", async () => {
      const call = await admitted();
      const next = await admitted("h2");
      const snapshot = rig.engine.snapshot();
      await other.books.store.drain(org, { nowMs: rig.clock.now(), force: true });
      worker.faults.on("drain", async () => {
        rig.engine.restore(snapshot);
        await settle(other.books, next, 700);
      });
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      await expectExactBooks(rig, org, [
        { call, cost: 1_500 },
        { call: next, cost: 700 },
      ]);
    });

    test("law 5: a drain that read before it, and books after, doesn't stop what is settled since", async () => {
      const call = await admitted();
      const snapshot = rig.engine.snapshot();
      const next = await admitted("h2");
      worker.faults.on("book", async () => {
        rig.engine.restore(snapshot);
        await settle(lazy.books, next, 700);
      });
      expect(await settle(worker.books, call, 1_500)).toBe("booked");
      await expectExactBooks(rig, org, [
        { call, cost: 1_500 },
        { call: next, cost: 700 },
      ]);
    });
  });
});
