import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { closeOrStrand, replayStranded } from "../../src/ledger/strand.ts";
import { LEASE_MS, startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import {
  ending,
  reserve,
  reserved,
  settle,
  settleOrStrand,
  settling,
  type Call,
  type CallPlan,
} from "../support/calls.ts";
import { counterOf, entriesOf, expectExactBooks, outboxLength } from "../support/exact-books.ts";
import { EVERY_ATTEMPT, EVERY_LOOK } from "../support/faults.ts";

const MANY_TRIES = 100;

describe("a store is away", () => {
  let rig: Rig;
  let worker: RigWorker;
  let other: RigWorker;
  let org: string;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    org = rig.organization();
    worker = rig.worker();
    other = rig.worker();
  });

  const plan = (holdId = "h1"): CallPlan => ({
    org,
    holdId,
    amountNanoUsd: 2_000,
    lines: [{ counter: "b1" }],
  });
  const admitted = (holdId?: string): Promise<Call> => reserved(other.books, plan(holdId));
  const strandedOpen = async () => (await other.books.ledger.stranded(org)).map(({ holdId }) => holdId);

  describe("Redis", () => {
    test("law 12: a settle that can't reach it waits in Postgres, and the next settle that drains replays it", async () => {
      const call = await admitted();
      const next = await admitted("h2");
      worker.faults.away("redis");
      await settleOrStrand(worker.books, call, 1_500);
      expect(await strandedOpen()).toEqual(["h1"]);
      await settleOrStrand(other.books, next, 700);
      expect(await strandedOpen()).toEqual([]);
      expect(await entriesOf(rig, call)).toHaveLength(1);
      await expectExactBooks(rig, org, [
        { call, cost: 1_500 },
        { call: next, cost: 700 },
      ]);
    });

    test("law 5: a settle that arrived though no reply came back is stranded, and costs once", async () => {
      const call = await admitted();
      worker.faults.on("settle", "lose_reply", { times: EVERY_ATTEMPT });
      await settleOrStrand(worker.books, call, 1_500);
      expect([await strandedOpen(), await outboxLength(rig, org)]).toEqual([["h1"], 1]);
      await replayStranded(other.books, org);
      expect(await strandedOpen()).toEqual([]);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 12: a stranded settle is done only once its entry is in Postgres", async () => {
      const call = await admitted();
      worker.faults.away("redis");
      await settleOrStrand(worker.books, call, 1_500);
      other.faults.on("book", "lose_request", { times: EVERY_LOOK });
      await replayStranded(other.books, org);
      expect(await strandedOpen()).toEqual(["h1"]);
      rig.emptyRedis();
      await replayStranded(other.books, org);
      expect(await strandedOpen()).toEqual([]);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 5: a stranded settle that is replayed after its lease corrects the lapse, by two Workers once", async () => {
      const call = await admitted();
      worker.faults.away("redis");
      await settleOrStrand(worker.books, call, 1_500);
      rig.clock.advance(LEASE_MS);
      await lapseEnded(other.books, org);
      const third = rig.worker();
      await Promise.all([replayStranded(other.books, org), replayStranded(third.books, org)]);
      expect((await entriesOf(rig, call)).map(({ amount }) => amount)).toEqual([2_000, -500]);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });

    test("law 12: a settle takes the place of a stranded void, and of one that is done", async () => {
      const calls = [await admitted(), await admitted("h2")];
      rig.clock.advance(LEASE_MS);
      await lapseEnded(other.books, org);
      worker.faults.away("redis");
      for (const call of calls) await closeOrStrand(worker.books, org, ending(call, "void"));
      await settleOrStrand(worker.books, calls[0] ?? (await admitted()), 100);
      await closeOrStrand(worker.books, org, ending(calls[0] ?? (await admitted()), "void"));
      await replayStranded(other.books, org);
      await settleOrStrand(worker.books, calls[1] ?? (await admitted()), 200);
      expect(await strandedOpen()).toEqual(["h2"]);
      await expectExactBooks(
        rig,
        org,
        calls.map((call, i) => ({ call, cost: 100 * (i + 1) })),
      );
    });

    test("law 12: one stranded settle that can't be replayed keeps no other back, nor the settle that tried it", async () => {
      const [broken, sound] = [await admitted(), await admitted("h2")];
      // A line is missing, which the script refuses.
      await other.books.ledger.strand(org, "h1", { ...settling(broken, 5), lines: [] });
      await other.books.ledger.strand(org, "odd", {});
      await other.books.ledger.strand(org, "h2", settling(sound, 700));
      for (let i = 0; (await strandedOpen()).includes("h2"); i++) {
        if (i === MANY_TRIES) throw new Error("h2 is never tried");
        await settleOrStrand(worker.books, await admitted(`n${i}`), 1);
      }
      expect(await entriesOf(rig, sound)).toHaveLength(1);
      await rig.rows("delete from stranded_settles where hold_id in ('h1', 'odd')");
      await expectExactBooks(rig, org, [
        { call: sound, cost: 700 },
        { call: broken, cost: "died" },
      ]);
    });

    test("R43: more stranded settles than one replay takes are all replayed", async () => {
      const calls = await Promise.all(Array.from({ length: 45 }, (_, i) => admitted(`h${i}`)));
      worker.faults.away("redis");
      await Promise.all(calls.map((call) => settleOrStrand(worker.books, call, 3)));
      worker.faults.back("redis");
      for (let i = 0; i < 3; i++) await settleOrStrand(worker.books, await admitted(`n${i}`), 1);
      expect(await strandedOpen()).toEqual([]);
      await expectExactBooks(
        rig,
        org,
        calls.map((call) => ({ call, cost: 3 })),
      );
    });

    test("law 12: with Postgres away too, the lease's end charges the hold", async () => {
      const call = await admitted();
      worker.faults.away("redis");
      worker.faults.away("postgres");
      await expect(settleOrStrand(worker.books, call, 1_500)).rejects.toThrow("postgres is unavailable");
      await expectExactBooks(rig, org, [{ call, cost: "died" }]);
    });
  });

  describe("Postgres", () => {
    test("R25: settles wait in the outbox, calls go on, and all is drained when it is back", async () => {
      await admitted("warm");
      for (const { faults } of [worker, other]) faults.away("postgres");
      const calls = [await admitted(), await admitted("h2"), await admitted("h3")];
      for (const [i, call] of calls.entries())
        expect(await settle(worker.books, call, i + 1)).toBe("pending");
      expect(await counterOf(other.books, org, "b1")).toMatchObject({ spent: 6, held: 2_000 });
      for (const { faults } of [worker, other]) faults.back("postgres");
      await drainOutbox(worker.books, org, { force: true });
      expect(await outboxLength(rig, org)).toBe(0);
      await expectExactBooks(
        rig,
        org,
        calls.map((call, i) => ({ call, cost: i + 1 })),
      );
    });

    test("law 9: a counter that Redis lacks, and a cold store, admit nothing without it", async () => {
      worker.faults.away("postgres");
      await expect(reserve(worker.books, plan())).rejects.toThrow("postgres is unavailable");
      await admitted("warm");
      const elsewhere = { ...plan(), lines: [{ counter: "b9" }] };
      await expect(reserve(worker.books, elsewhere)).rejects.toThrow("postgres is unavailable");
      expect(await counterOf(other.books, org, "b9")).toBeNull();
      await expectExactBooks(rig, org, []);
    });

    test("law 4: leases end without it, and their charges are drained when it is back", async () => {
      const call = await admitted();
      other.faults.away("postgres");
      rig.clock.advance(LEASE_MS);
      expect(await lapseEnded(other.books, org)).toBe(1);
      expect(await counterOf(other.books, org, "b1")).toMatchObject({ spent: 2_000, held: 0 });
      await expectExactBooks(rig, org, [{ call, cost: "died" }]);
    });

    test("law 5: a settle for a hold that only it knows is stranded nowhere, and lost nowhere either", async () => {
      const call = await admitted();
      rig.clock.advance(LEASE_MS);
      await lapseEnded(other.books, org);
      rig.clock.advance(LEASE_MS);
      await lapseEnded(other.books, org);
      // It fails as it is asked what is booked, and is back when word is left.
      worker.faults.on("booked", "lose_request");
      await settleOrStrand(worker.books, call, 1_500);
      expect(await strandedOpen()).toEqual(["h1"]);
      await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
    });
  });

  test("a settle says what it would strand in a form that can be replayed", async () => {
    const call = await admitted();
    worker.faults.away("redis");
    await settleOrStrand(worker.books, call, 1_500);
    const [row] = await other.books.ledger.stranded(org);
    expect(row).toEqual({ holdId: "h1", settle: settling(call, 1_500) });
    await expectExactBooks(rig, org, [{ call, cost: 1_500 }]);
  });
});
