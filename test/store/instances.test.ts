import { describe, expect, test } from "vitest";
import { createStore } from "../../src/store/store.ts";
import { HELD_AGAIN_MS, IDLE_MS, INSTANCE_BATCH } from "../../src/store/scripts/forget.ts";
import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import { EPOCH, LEASE_MS, line, openOrganization, PERIOD_MS, T0, type Organization } from "./organization.ts";
import { costOf, onEachEngine, runOn, withoutSleep } from "./stores.ts";

const ADA = "bud_x:ada";
const LIFE_MS = 5 * PERIOD_MS;
const END_MS = T0 + LIFE_MS;

async function withAda(opened: Parameters<typeof openOrganization>[0], life: number | "idle" = LIFE_MS) {
  const org = await openOrganization(opened, { [ADA]: 30 });
  await org.store.listInstances(org.org, [{ counter: ADA, periodStartMs: T0, life }], T0);
  return org;
}

/** As a sweep does; false where nothing is due. */
async function sweep(org: Organization, nowMs: number): Promise<number> {
  const due = await org.store.dueInstances(org.org, nowMs);
  return due.length === 0 ? 0 : org.store.forgetInstances(org.org, due, nowMs);
}

const lines = (periodStartMs = T0) => ({ lines: [line(ADA, { periodStartMs })] });
const ends = (org: Organization) => org.run(["PTTL", `tg:{${org.org}}:budget:${ADA}`]).then(Number);
const forget = (org: Organization, members: string[], nowMs: number) =>
  org.store.forgetInstances(org.org, members, nowMs);

onEachEngine("counters of instances", (opened) => {
  test("one goes once its period is over for long, not a millisecond before, and costs no memory", async () => {
    const org = await withAda(opened());
    expect(await sweep(org, END_MS - 1)).toBe(0);
    expect(await forget(org, [`${LIFE_MS} ${ADA}`], END_MS - 1)).toBe(0);
    expect(await org.counter(ADA)).toEqual([30, 0]);
    expect(await sweep(org, END_MS)).toBe(1);
    expect(await org.counter(ADA)).toBe("missing");
    expect((await org.read()).instances).toEqual({});
  });

  test("law 9: one that went is missing, never zero: nothing is admitted before it is rebuilt", async () => {
    const org = await withAda(opened());
    await sweep(org, END_MS);
    const call = { ...lines(END_MS), nowMs: END_MS };
    expect(await org.reserve("h1", 1, call)).toMatchObject({ kind: "missing", indexes: [0] });
  });

  test("one that counts a later period meanwhile stays until that one is over for long", async () => {
    const org = await withAda(opened());
    const later = T0 + 3 * PERIOD_MS;
    await org.reserve("h1", 5, { ...lines(later), nowMs: later });
    await org.settle("h1", 5);
    expect(await sweep(org, END_MS)).toBe(0);
    expect((await org.read()).instances).toEqual({ [`${LIFE_MS} ${ADA}`]: later + LIFE_MS });
    expect(await sweep(org, later + LIFE_MS)).toBe(1);
  });

  test("laws 2 and 4: one that holds anything stays, however late it is and however often the lease was renewed", async () => {
    const org = await withAda(opened());
    await org.reserve("h1", 60, lines());
    let nowMs = END_MS;
    for (let renewal = 0; renewal < 4; renewal++) {
      await org.store.renew(org.org, { holdId: "h1", nowMs, leaseMs: LEASE_MS });
      expect(await sweep(org, nowMs)).toBe(0);
      expect(await org.counter(ADA)).toEqual([30, 60]);
      expect(await org.reserve("h2", 20, { ...lines(), nowMs })).toMatchObject({ kind: "refused" });
      nowMs += HELD_AGAIN_MS;
    }
    await org.settle("h1", 40);
    expect(await sweep(org, nowMs)).toBe(1);
  });

  test("laws 2 and 4: a Worker whose clock is years ahead takes nothing that is held", async () => {
    const org = await withAda(opened());
    await org.reserve("h1", 60, lines());
    expect(await forget(org, [`${LIFE_MS} ${ADA}`, `- ${ADA}`], T0 + 4_000 * PERIOD_MS)).toBe(0);
    expect(await org.counter(ADA)).toEqual([30, 60]);
    expect(await ends(org)).toBe(-1);
  });

  test("one of an earlier epoch goes", async () => {
    const org = await withAda(opened());
    await org.reserve("h1", 60, lines());
    await org.store.open({ organizationId: org.org, newEpoch: 2, condemnedEpoch: EPOCH, lostHolds: [] });
    expect(await sweep(org, END_MS)).toBe(1);
  });

  test("nothing goes where there is no epoch", async () => {
    const org = await withAda(opened());
    await org.lose("meta");
    expect(await sweep(org, END_MS)).toBe(0);
  });

  test("one whose period never ends is given an end only while it holds nothing, in Redis's own time", async () => {
    const org = await withAda(opened(), "idle");
    await org.reserve("h1", 60, lines());
    await sweep(org, T0 + IDLE_MS);
    expect(await ends(org)).toBe(-1);
    await org.settle("h1", 40);
    await sweep(org, T0 + IDLE_MS + HELD_AGAIN_MS);
    expect(await ends(org)).toBeGreaterThan(IDLE_MS - 60_000);
    expect(await ends(org)).toBeLessThanOrEqual(IDLE_MS);
  });

  test("laws 2 and 4: whatever writes it takes its end away: a reserve, a settle, a lapse, a repair", async () => {
    const org = await withAda(opened(), "idle");
    const arm = async () => {
      await forget(org, [`- ${ADA}`], T0);
      expect(await ends(org)).toBeGreaterThan(0);
    };
    await arm();
    await org.reserve("h1", 5, lines());
    expect(await ends(org)).toBe(-1);
    await org.settle("h1", 5);
    await arm();
    await org.reserve("h2", 5, lines());
    await org.lapse(["h2"], T0 + LEASE_MS);
    await arm();
    await org.settle("h2", 4);
    expect(await ends(org)).toBe(-1);
    await arm();
    await org.store.refresh({
      organizationId: org.org,
      epoch: EPOCH,
      watermark: { epoch: EPOCH, n: 99, tag: "-", entryCount: 0 },
      counters: [{ counter: ADA, periodStartMs: T0, spent: 77 }],
      repair: true,
    });
    expect(await ends(org)).toBe(-1);
  });

  test("an instance costs its call nothing more: 4 commands to reserve, with an end or without", async () => {
    const org = await withAda(opened(), "idle");
    await org.reserve("h1", 5, lines());
    await org.settle("h1", 5);
    await forget(org, [`- ${ADA}`], T0);
    expect(await costOf(opened(), () => org.reserve("h2", 5, lines()))).toBe(4);
  });

  test("a sweep that finds nothing due costs 1 command; a batch of those that left costs 5, however many", async () => {
    const org = await openOrganization(opened(), {});
    expect(await costOf(opened(), () => sweep(org, END_MS))).toBe(1);
    const made = Array.from({ length: INSTANCE_BATCH }, (_, i) => ({
      counter: `bud_x:c${i}`,
      periodStartMs: T0,
      life: LIFE_MS,
    }));
    expect(await costOf(opened(), () => org.store.listInstances(org.org, made, T0))).toBe(1);
    await forget(org, [`1 bud_x:none`], T0); // Redis knows the script from now on.
    expect(await costOf(opened(), () => sweep(org, END_MS))).toBe(5);
    expect((await org.read()).instances).toEqual({});
  });
});

describe("by a Redis whose clock the test owns", () => {
  test("an unused counter of a period without end is gone after its idle time; one in use isn't", async () => {
    let nowMs = T0;
    const engine = await openEmbeddedRedis({ now: () => nowMs });
    const run = runOn(engine);
    const store = createStore(run, withoutSleep);
    const opened = { store, run, billedCommands: () => engine.billedCommands(), close: () => engine.close() };
    const [left, used] = [await withAda(opened, "idle"), await withAda(opened, "idle")];
    for (const org of [left, used]) await sweep(org, T0 + IDLE_MS);
    nowMs += IDLE_MS - 1;
    expect(await left.counter(ADA)).toEqual([30, 0]);
    await used.reserve("h1", 5, { ...lines(), nowMs });
    nowMs += 1;
    expect(await left.counter(ADA)).toBe("missing");
    nowMs += 10 * IDLE_MS;
    expect(await used.counter(ADA)).toEqual([30, 5]);
    await sweep(left, nowMs);
    expect((await left.read()).instances).toEqual({});
    await engine.close();
  });
});
