import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeHold } from "../../src/ledger/close.ts";
import { START_MS, startRig, type Rig, type RigWorker } from "../support/books-rig.ts";
import {
  DAY_MS,
  dayOf,
  release,
  reserve,
  reserved,
  settle,
  settling,
  type Call,
  type CallPlan,
} from "../support/calls.ts";
import { counterOf, entriesOf, expectExactBooks } from "../support/exact-books.ts";
import { EVERY_ATTEMPT } from "../support/faults.ts";

describe("settle and release", () => {
  let rig: Rig;
  let worker: RigWorker;
  let plan: CallPlan;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    worker = rig.worker();
    plan = {
      org: rig.organization(),
      holdId: "h1",
      amountNanoUsd: 2_000,
      lines: [{ counter: "b1" }, { counter: "b2~3:ada" }],
    };
  });

  const admitted = (over: Partial<CallPlan> = {}): Promise<Call> =>
    reserved(worker.books, { ...plan, ...over });

  test("law 1: a settled call costs in the ledger what its counters say, in one Postgres transaction", async () => {
    const call = await admitted();
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    expect(worker.faults.count("book")).toBe(1);
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ spent: 1_500, held: 0 });
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("an entry carries what the gate knows of the call, and when and where it was counted", async () => {
    const call = await admitted();
    await settle(worker.books, call, 1_500);
    const [row] = await rig.rows(
      `select *, extract(epoch from at) * 1000 as at_ms, extract(epoch from started_at) * 1000 as started_ms
       from ledger_entries where organization_id = $1`,
      plan.org,
    );
    expect(row).toMatchObject({
      id: "h1.s",
      hold_id: "h1",
      request_id: "req_h1",
      kind: "settled",
      amount: "1500",
      key_id: "key_1",
      team_id: "team_1",
      user_id: null,
      customer: "ada",
      tags: '["blue", "green"]',
      provider: "openai",
      model_requested: "small",
      model: "gpt-small-2026",
      endpoint: "/v1/chat/completions",
      stream: "t",
      usage: '{"input_total": 10, "output_total": 20}',
      price_version: "p1",
      service_tier: null,
      estimated: "f",
      outcome: "completed",
      status: "200",
      hold: "2000",
      overrun: "0",
      first_byte_ms: null,
      duration_ms: "1234",
    });
    expect(Number(row?.["at_ms"])).toBe(rig.clock.now());
    expect(Number(row?.["started_ms"])).toBe(START_MS);
    const period_start = dayOf(START_MS);
    expect(JSON.parse(row?.["budgets"] ?? "")).toEqual([
      { id: "b1", counter: "b1", period_start, amount: 1_500 },
      { id: "b2", instance: "ada", counter: "b2~3:ada", period_start, amount: 1_500 },
    ]);
  });

  test("facts that leave columns out get the columns' defaults, so that no entry can stop the drain", async () => {
    const call = await admitted();
    const { tags: _, estimated: __, overrun: ___, ...facts } = JSON.parse(settling(call, 1).facts);
    const closing = { ...settling(call, 1_500), facts: JSON.stringify(facts) };
    expect(await closeHold(worker.books, plan.org, closing)).toMatchObject({ outcome: "booked" });
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("R44: texts that Postgres can't keep (a NUL, half a surrogate pair) don't stop the drain", async () => {
    const call = await admitted();
    const facts = { ...JSON.parse(settling(call, 1).facts), customer: "a\u0000b", tags: ["\ud83d"] };
    const closing = { ...settling(call, 1_500), facts: JSON.stringify(facts) };
    expect(await closeHold(worker.books, plan.org, closing)).toMatchObject({ outcome: "booked" });
    const [row] = await rig.rows(
      "select customer, tags->>0 as tag from ledger_entries where organization_id = $1",
      plan.org,
    );
    expect(row).toEqual({ customer: "a\ufffdb", tag: "\ufffd" });
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("law 3: what a call cost beyond its hold is booked whole (R31)", async () => {
    const call = await admitted({ lines: [{ counter: "b1", limit: 2_000 }] });
    expect(await settle(worker.books, call, 9_000)).toBe("booked");
    expect(await reserve(worker.books, { ...plan, holdId: "h2", amountNanoUsd: 1 })).not.toBeNull();
    await expectExactBooks(rig, plan.org, [{ call, cost: 9_000 }]);
  });

  test("law 5: a call that is settled twice costs once", async () => {
    const call = await admitted();
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    expect(await entriesOf(rig, call)).toHaveLength(1);
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("law 5: a call that two Workers settle at once costs once", async () => {
    const call = await admitted();
    const other = rig.worker();
    const outcomes = [settle(worker.books, call, 1_500), settle(other.books, call, 1_500)];
    expect(await Promise.all(outcomes)).toEqual(["booked", "booked"]);
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("R25: a settle whose reply is lost is settled, once, by the retry", async () => {
    const call = await admitted();
    worker.faults.on("settle", "lose_reply");
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    expect(worker.faults.count("settle")).toBe(2);
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("law 5: a copy of a settle that comes after everything changes nothing", async () => {
    const call = await admitted();
    worker.faults.on("settle", "double");
    await settle(worker.books, call, 1_500);
    await worker.faults.deliverLate();
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ spent: 1_500, held: 0 });
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("law 5: a copy of a settle that comes after the hold was swept is not counted again", async () => {
    const call = await admitted();
    worker.faults.on("settle", "double");
    await settle(worker.books, call, 1_500);
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
    expect(await rig.redis("EXISTS", `tg:{${plan.org}}:hold:h1`)).toBe("0");
    await worker.faults.deliverLate();
    await expectExactBooks(rig, plan.org, [{ call, cost: 1_500 }]);
  });

  test("R3: a released hold leaves nothing held, spent or booked", async () => {
    const call = await admitted();
    expect(await release(worker.books, call)).toBe("booked");
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ spent: 0, held: 0 });
    expect(await entriesOf(rig, call)).toEqual([]);
    await expectExactBooks(rig, plan.org, [{ call, cost: "none" }]);
  });

  test("R3: a reserve whose replies are all lost is given back by its release", async () => {
    worker.faults.on("reserve", "lose_reply", { times: EVERY_ATTEMPT, skip: 2 });
    await expect(reserve(worker.books, plan)).rejects.toThrow("redis is unavailable");
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ held: 2_000 });
    const call = { ...plan, lines: linesToday(plan) };
    expect(await release(worker.books, call)).toBe("booked");
    await expectExactBooks(rig, plan.org, [{ call, cost: "none" }]);
  });

  test("R3: a reserve that arrives after its own release holds nothing", async () => {
    worker.faults.on("reserve", "delay", { times: EVERY_ATTEMPT, skip: 2 });
    await expect(reserve(worker.books, plan)).rejects.toThrow("redis is unavailable");
    const call = { ...plan, lines: linesToday(plan) };
    expect(await release(worker.books, call)).toBe("booked");
    await worker.faults.deliverLate();
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ held: 0 });
    await expectExactBooks(rig, plan.org, [{ call, cost: "none" }]);
  });

  test("law 6, R30: a hold settles into the period in which it was reserved, after that period's end", async () => {
    const call = await admitted();
    rig.clock.advance(DAY_MS);
    const next = await admitted({ holdId: "h2" });
    expect(await settle(worker.books, call, 1_500)).toBe("booked");
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ spent: 0, held: 2_000 });
    expect(await settle(worker.books, next, 700)).toBe("booked");
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ spent: 700, held: 0 });
    await expectExactBooks(rig, plan.org, [
      { call, cost: 1_500 },
      { call: next, cost: 700 },
    ]);
  });

  test("law 6: a release after the period's end gives nothing to the next period", async () => {
    const call = await admitted();
    rig.clock.advance(DAY_MS);
    const next = await admitted({ holdId: "h2" });
    await release(worker.books, call);
    expect(await counterOf(worker.books, plan.org, "b1")).toMatchObject({ spent: 0, held: 2_000 });
    await release(worker.books, next);
    await expectExactBooks(rig, plan.org, [{ call, cost: "none" }]);
  });

  test("with a flush time a settle doesn't wait for Postgres, and the next after it drains both", async () => {
    worker = rig.worker({ flushMs: 5_000 });
    const first = await admitted();
    expect(await settle(worker.books, first, 1_500)).toBe("booked");
    const second = await admitted({ holdId: "h2" });
    expect(await settle(worker.books, second, 700)).toBe("pending");
    rig.clock.advance(5_000);
    const third = await admitted({ holdId: "h3" });
    expect(await settle(worker.books, third, 1)).toBe("booked");
    expect(await entriesOf(rig, second)).toHaveLength(1);
    await expectExactBooks(rig, plan.org, [
      { call: first, cost: 1_500 },
      { call: second, cost: 700 },
      { call: third, cost: 1 },
    ]);
  });

  const linesToday = ({ lines }: CallPlan) =>
    lines.map(({ counter }) => ({ counter, periodStartMs: dayOf(rig.clock.now()), amount: 0 }));
});
