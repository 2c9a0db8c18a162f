import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forgetUnused } from "../../src/ledger/instances.ts";
import { openEpoch } from "../../src/ledger/open.ts";
import { rebuildCounters } from "../../src/ledger/rebuild.ts";
import { INSTANCE_BATCH } from "../../src/store/scripts/forget.ts";
import { startRig, START_MS, type Rig, type RigWorker } from "../support/books-rig.ts";
import { DAY_MS, reserved, settle, type CallPlan } from "../support/calls.ts";
import { counterOf, epochOf } from "../support/exact-books.ts";

const ADA = "bud_x:ada";
const LIFE_MS = 5 * DAY_MS;

describe("counters of instances", () => {
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

  const plan = (holdId: string): CallPlan => ({
    org,
    holdId,
    amountNanoUsd: 2_000,
    lines: [{ counter: ADA, limit: 10_000 }],
  });
  const make = async (counters: string[]) => {
    const made = counters.map((counter) => ({ counter, periodStartMs: 0, life: LIFE_MS }));
    await rebuildCounters(worker.books, org, await openEpoch(worker.books, org), made);
  };
  const forget = () => forgetUnused({ store: worker.books.store, now: () => START_MS }, org);
  const listed = async () => Number(await rig.redis("ZCARD", `tg:{${org}}:instances`));

  test("law 9: one that was forgotten is rebuilt to the same spend, from ledger and outbox", async () => {
    await make([ADA]);
    expect(await listed()).toBe(1);
    await settle(worker.books, await reserved(worker.books, plan("h1")), 500);
    await settle(rig.worker({ drains: false }).books, await reserved(worker.books, plan("h2")), 700);
    const before = await counterOf(worker.books, org, ADA);
    await rig.redis("ZADD", `tg:{${org}}:instances`, "1", `1 ${ADA}`);
    const far = { store: worker.books.store, now: () => START_MS + 400 * DAY_MS };
    await forgetUnused(far, org);
    expect(await listed()).toBe(0);
    expect((await worker.books.store.readCounters(org, [ADA])).counters).toEqual([null]);
    await reserved(worker.books, plan("h3"));
    expect(await counterOf(worker.books, org, ADA)).toMatchObject({ spent: before?.spent, held: 2_000 });
    expect(before?.spent).toBe(1_200);
  });

  test("one sweep forgets more than a batch", async () => {
    await make(Array.from({ length: INSTANCE_BATCH + 1 }, (_, i) => `bud_x:c${i}`));
    expect(await listed()).toBe(INSTANCE_BATCH + 1);
    await forget();
    expect(await listed()).toBe(0);
    expect(await epochOf(worker.books, org)).toBe(1);
  });

  test("the counter of a budget that is no wildcard is never listed", async () => {
    await settle(
      worker.books,
      await reserved(worker.books, { ...plan("h1"), lines: [{ counter: "b1", limit: 10_000 }] }),
      500,
    );
    await forget();
    expect(await listed()).toBe(0);
    expect(await counterOf(worker.books, org, "b1")).toMatchObject({ spent: 500 });
  });
});
