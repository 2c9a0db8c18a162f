import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drainOutbox } from "../../src/ledger/drain.ts";
import { lapseEnded, lapseHolds } from "../../src/ledger/lapse.ts";
import { openEpoch } from "../../src/ledger/open.ts";
import { LEASE_MS, startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import { release, reserve, reserved, settle, voidCharge, type CallPlan } from "../support/calls.ts";
import { counterOf, entriesOf, epochOf, expectExactBooks } from "../support/exact-books.ts";
import { EVERY_ATTEMPT } from "../support/faults.ts";

describe("lapse, late settle and void", () => {
  let rig: Rig;
  let worker: RigWorker;
  let org: string;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    org = rig.organization();
    worker = rig.worker();
  });

  const plan = (onLapse: "charge" | "release" = "charge", holdId = "h1"): CallPlan => ({
    org,
    holdId,
    amountNanoUsd: 2_000,
    lines: [{ counter: "b1", onLapse }],
  });
  const endLeases = async () => {
    rig.clock.advance(LEASE_MS);
    return lapseEnded(worker.books, org);
  };
  const drain = () => drainOutbox(worker.books, org, { force: true });
  const kinds = async (call: { org: string; holdId: string }) =>
    (await entriesOf(rig, call)).map(({ kind, amount }) => `${kind} ${amount}`);

  test("law 12: a call whose Worker died is charged at its hold, to the last millisecond of its lease not", async () => {
    const call = await reserved(worker.books, plan());
    rig.clock.advance(LEASE_MS - 1);
    expect(await lapseEnded(worker.books, org)).toBe(0);
    rig.clock.advance(1);
    expect(await lapseEnded(worker.books, org)).toBe(1);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 2_000, held: 0 });
    await expectExactBooks(rig, org, [{ call, cost: "died" }]);
  });

  test("law 5, R8: a settle that comes after the lapse corrects it, and adds nothing to it, whether or not the lapse was drained", async () => {
    const undrained = await reserved(worker.books, plan());
    await endLeases();
    expect(await settle(worker.books, undrained, 300)).toBe("booked");
    const drained = await reserved(worker.books, plan("charge", "h2"));
    await endLeases();
    await drain();
    expect(await settle(worker.books, drained, 2_500)).toBe("booked");
    expect([await kinds(undrained), await kinds(drained)]).toEqual([
      ["lapsed 2000", "correction -1700"],
      ["lapsed 2000", "correction 500"],
    ]);
    expect(worker.faults.count("next_epoch")).toBe(1);
    await expectExactBooks(rig, org, [
      { call: undrained, cost: 300 },
      { call: drained, cost: 2_500 },
    ]);
  });

  test("law 5: a settle that comes after its hold was swept asks the ledger, and corrects the lapse", async () => {
    const call = await reserved(worker.books, plan());
    await endLeases();
    await endLeases();
    expect(await rig.redis("EXISTS", `tg:{${org}}:hold:h1`)).toBe("0");
    expect(await settle(worker.books, call, 300)).toBe("booked");
    expect(worker.faults.count("booked")).toBe(1);
    expect(await kinds(call)).toEqual(["lapsed 2000", "correction -1700"]);
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("law 5: two Workers that bring a settle for a swept hold count it once", async () => {
    const call = await reserved(worker.books, plan());
    await endLeases();
    await endLeases();
    const other = rig.worker();
    other.faults.on("settle", "double", { skip: 1 });
    await Promise.all([settle(worker.books, call, 300), settle(other.books, call, 300)]);
    await other.faults.deliverLate();
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 300, held: 0 });
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("R48: a Worker that died before it could give its hold back holds nothing after the lease: charged, or given back", async () => {
    const charged = await reserved(worker.books, plan());
    const given = await reserved(worker.books, plan("release", "h2"));
    expect(await endLeases()).toBe(2);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 2_000, held: 0 });
    await drain();
    expect([await kinds(charged), await kinds(given)]).toEqual([["lapsed 2000"], ["lapsed 0"]]);
    await expectExactBooks(rig, org, [
      { call: charged, cost: "died" },
      { call: given, cost: "none" },
    ]);
  });

  test("law 5: a settle after a lapse that gave back is charged whole", async () => {
    const call = await reserved(worker.books, plan("release"));
    await endLeases();
    expect(await settle(worker.books, call, 300)).toBe("booked");
    expect(await kinds(call)).toEqual(["lapsed 0", "correction 300"]);
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("law 5: budgets that differ in what a lapse does are each corrected by their own", async () => {
    const lines = [
      { counter: "b1", onLapse: "charge" as const },
      { counter: "b2", onLapse: "release" as const },
      { counter: "calls", amount: 1 },
    ];
    const call = await reserved(worker.books, { ...plan(), lines });
    await endLeases();
    const spent = async () =>
      Promise.all(lines.map(async ({ counter }) => (await counterOf(worker.books, org, counter))?.spent));
    expect(await spent()).toEqual([2_000, 0, 1]);
    await settle(worker.books, call, 300);
    expect(await spent()).toEqual([300, 300, 1]);
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("R3: holds of dead Workers refuse no call once their leases have ended, in rounds without end", async () => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) {
        const lines = [{ counter: "b1", limit: 10_000, onLapse: "release" as const }];
        const call = await reserve(worker.books, { ...plan("release", `h${round}.${i}`), lines });
        expect(call).not.toBeNull();
      }
      expect(
        await reserve(worker.books, {
          ...plan("release", `over${round}`),
          lines: [{ counter: "b1", limit: 10_000 }],
        }),
      ).toBeNull();
      rig.clock.advance(LEASE_MS);
    }
    await expectExactBooks(rig, org, []);
  });

  test("law 4: a release that comes after the lapse takes the charge back", async () => {
    const call = await reserved(worker.books, plan());
    await endLeases();
    await drain();
    expect(await release(worker.books, call)).toBe("booked");
    expect(await kinds(call)).toEqual(["lapsed 2000", "correction -2000"]);
    await expectExactBooks(rig, org, [{ call, cost: "none" }]);
  });

  test("law 12: a void takes a lapse's charge back once, and a settle after it is charged whole", async () => {
    const call = await reserved(worker.books, plan());
    await endLeases();
    expect(await voidCharge(worker.books, call)).toBe("booked");
    expect(await voidCharge(worker.books, call)).toBe("booked");
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 0, held: 0 });
    expect(await kinds(call)).toEqual(["lapsed 2000", "void -2000"]);
    expect(await settle(worker.books, call, 300)).toBe("booked");
    expect(await kinds(call)).toEqual(["lapsed 2000", "void -2000", "correction 300"]);
    expect(await voidCharge(worker.books, call)).toBe("refused");
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("law 12: a hold in flight, a settled one and an unknown one have no charge to void", async () => {
    const call = await reserved(worker.books, plan());
    expect(await voidCharge(worker.books, call)).toBe("refused");
    await settle(worker.books, call, 300);
    expect(await voidCharge(worker.books, call)).toBe("refused");
    rig.emptyRedis();
    expect(await voidCharge(worker.books, call)).toBe("refused");
    expect(await voidCharge(worker.books, { ...call, holdId: "never" })).toBe("refused");
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("law 12: a void of a hold that only the ledger knows, then its settle", async () => {
    const call = await reserved(worker.books, plan());
    await endLeases();
    await drain();
    rig.emptyRedis();
    expect(await voidCharge(worker.books, call)).toBe("booked");
    expect(await kinds(call)).toEqual(["lapsed 2000", "void -2000"]);
    expect(await settle(worker.books, call, 300)).toBe("booked");
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("law 12: a void whose replies were lost is booked before its second attempt says so", async () => {
    const call = await reserved(worker.books, plan());
    await endLeases();
    await drain();
    worker.faults.on("settle", "lose_reply");
    expect(await voidCharge(worker.books, call)).toBe("booked");
    expect(await kinds(call)).toEqual(["lapsed 2000", "void -2000"]);
    rig.emptyRedis();
    await expectExactBooks(rig, org, [{ call, cost: "none" }]);
  });

  test("law 4: a release or a void of what was charged in no money takes it back all the same", async () => {
    const counted = (holdId: string): CallPlan => ({
      org,
      holdId,
      amountNanoUsd: 0,
      lines: [{ counter: "calls", amount: 1 }],
    });
    const released = await reserved(worker.books, counted("h1"));
    const voided = await reserved(worker.books, counted("h2"));
    await endLeases();
    await drain();
    rig.emptyRedis();
    expect(await release(worker.books, released)).toBe("booked");
    expect(await voidCharge(worker.books, voided)).toBe("booked");
    const [total] = await rig.rows("select spent from budget_totals where organization_id = $1", org);
    expect(total).toEqual({ spent: "0" });
    await expectExactBooks(rig, org, [
      { call: released, cost: "none" },
      { call: voided, cost: "none" },
    ]);
  });

  test("law 5: a lease that ends in a later epoch charges what has no outcome, and sweeps what has one", async () => {
    const died = await reserved(worker.books, plan());
    const settled = await reserved(worker.books, plan("charge", "h2"));
    const before = await epochOf(worker.books, org);
    // As a snapshot that knows the hold only as held.
    const hold = await rig.redis("GET", `tg:{${org}}:hold:h2`);
    await settle(worker.books, settled, 300);
    await rig.redis("SET", `tg:{${org}}:hold:h2`, String(hold));
    await openEpoch(worker.books, org, { condemnedEpoch: before ?? 0 });
    expect(await endLeases()).toBe(1);
    await expectExactBooks(rig, org, [
      { call: died, cost: "died" },
      { call: settled, cost: 300 },
    ]);
    expect([await kinds(died), await kinds(settled)]).toEqual([["lapsed 2000"], ["settled 300"]]);
  });

  test("a lapse whose reply is lost, and a copy that comes late, lapse once", async () => {
    const call = await reserved(worker.books, plan());
    rig.clock.advance(LEASE_MS);
    worker.faults.on("lapse", "lose_reply");
    worker.faults.on("lapse", "double");
    await lapseHolds(worker.books, org, ["h1"]);
    await settle(worker.books, call, 300);
    await worker.faults.deliverLate();
    expect(await kinds(call)).toEqual(["lapsed 2000", "correction -1700"]);
    await expectExactBooks(rig, org, [{ call, cost: 300 }]);
  });

  test("law 4: a reserve that arrives when its lease has ended and its release is swept is refused", async () => {
    await reserved(worker.books, plan("release", "warm"));
    const call = { ...plan(), lines: [{ counter: "b1", periodStartMs: 0, amount: 0 }] };
    worker.faults.on("reserve", "delay", { times: EVERY_ATTEMPT, skip: 1 });
    await expect(reserve(worker.books, plan())).rejects.toThrow("redis is unavailable");
    await release(worker.books, call);
    rig.clock.advance(LEASE_MS);
    await endLeases();
    await endLeases();
    await worker.faults.deliverLate();
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 0, held: 0 });
    await expectExactBooks(rig, org, [{ call, cost: "none" }]);
  });
});
