import { expect, test } from "vitest";
import { EPOCH, LEASE_MS, line, openOrganization, T0 } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

const END = T0 + LEASE_MS;

onEachEngine("the end of a lease", (opened) => {
  test("law 12: a call whose Worker died is charged at its hold, at the last millisecond and not before", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    expect(await org.lapse(["h1"], END - 1)).toMatchObject({ lapsed: 0 });
    expect(await org.counter()).toEqual([0, 40]);
    expect(await org.lapse(["h1"], END)).toMatchObject({ lapsed: 1, metaNowMs: END });
    expect(await org.counter()).toEqual([40, 0]);
    expect((await org.read()).outbox).toMatchObject([{ id: "h1.l", kind: "l", to: 40, delta: 40 }]);
  });

  test("law 4, R3, R10, R61: where budgets release, nothing stays held and nothing is charged, but the lapse is seen", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40, { lines: [line("b1", { onLapse: "release" })] });
    await org.lapse(["h1"], END);
    expect(await org.counter()).toEqual([0, 0]);
    expect((await org.read()).outbox).toMatchObject([{ id: "h1.l", to: 0, delta: 0 }]);
  });

  test("each budget lapses by its own rule", async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 0, parallel: 0 });
    const parallel = line("parallel", { amount: 1, onLapse: "release" });
    await org.reserve("h1", 40, { lines: [line("b1"), line("b2", { onLapse: "release" }), parallel] });
    await org.lapse(["h1"], END);
    const after = [await org.counter("b1"), await org.counter("b2"), await org.counter("parallel")];
    expect(after).toEqual([
      [40, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test("law 5: a settle after the lapse corrects it, and the sum is what the call cost", async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 0 });
    await org.reserve("h1", 40, { lines: [line("b1"), line("b2", { onLapse: "release" })] });
    await org.lapse(["h1"], END);
    await org.settle("h1", 25, { nowMs: END + 5 });
    expect([await org.counter("b1"), await org.counter("b2")]).toEqual([
      [25, 0],
      [25, 0],
    ]);
    expect((await org.read()).outbox).toMatchObject([
      { id: "h1.l", to: 40, delta: 40 },
      { id: "h1.s", to: 25, delta: -15, lines: [{ delta: -15 }, { delta: 25 }] },
    ]);
  });

  test("law 5: a release after the lapse takes its charge back by an entry", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.lapse(["h1"], END);
    expect(await org.release("h1")).toMatchObject({ state: "s", sequence: { n: 2 } });
    expect(await org.counter()).toEqual([0, 0]);
    expect((await org.read()).outbox).toMatchObject([{ delta: 40 }, { id: "h1.s", to: 0, delta: -40 }]);
  });

  test("a call under no budget is charged too: it may have been made", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40, { lines: [] });
    await org.lapse(["h1"], END);
    expect((await org.read()).outbox).toMatchObject([{ id: "h1.l", to: 40, delta: 40, lines: [] }]);
  });

  test("a lapsed hold stays one lease longer, one with an outcome goes with its lease", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 10);
    await org.reserve("h2", 10);
    await org.settle("h2", 5);
    expect(await org.lapse(["h1", "h2"], END)).toMatchObject({ lapsed: 1, swept: 1 });
    expect((await org.read()).leases).toEqual({ h1: END + LEASE_MS });
    expect(await org.lapse(["h1"], END + LEASE_MS - 1)).toMatchObject({ swept: 0 });
    expect(await org.lapse(["h1"], END + LEASE_MS)).toMatchObject({ swept: 1 });
    expect(await org.read()).toMatchObject({ holds: {}, leases: {} });
  });

  test("law 2: a refusal names the leases that have ended, so that it never rests on one", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 100, { lines: [line("b1", { onLapse: "release" })] });
    const next = { lines: [line("b1")], nowMs: END };
    expect(await org.reserve("h2", 50, next)).toMatchObject({ kind: "refused", ended: ["h1"] });
    await org.lapse(["h1"], END);
    expect(await org.reserve("h2", 50, next)).toMatchObject({ kind: "ok" });
  });

  test("an admitted call looks for ended leases once in a while, the longest ended first", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h2", 1, { lines: [line("b1")], nowMs: T0 + 1 });
    await org.reserve("h1", 1);
    const ended = async (id: string, nowMs: number) => {
      const reply = await org.reserve(id, 1, { lines: [line("b1")], nowMs });
      return reply.kind === "ok" ? reply.ended : reply.kind;
    };
    expect(await ended("h3", END + 1)).toEqual(["h1", "h2"]);
    expect(await ended("h4", END + 2)).toEqual([]);
    expect(await ended("h5", END + 30_001)).toEqual(["h1", "h2"]);
    expect(await org.store.endedHolds(org.org, END)).toEqual(["h1"]);
  });

  test("law 5: a hold of an earlier epoch lapses only if Postgres, asked in this one, has nothing of it", async () => {
    const org = await openOrganization(opened());
    for (const id of ["h1", "h2"]) await org.reserve(id, 10);
    await org.store.open({ organizationId: org.org, newEpoch: 2, condemnedEpoch: EPOCH, lostHolds: [] });
    expect(await org.lapse(["h1", "h2"], END)).toMatchObject({ lapsed: 0, unknown: ["h1", "h2"], epoch: 2 });
    const stale = await org.lapse(["h1"], END, { epoch: 1, hasEntries: false });
    expect(stale).toMatchObject({ unknown: ["h1"] });
    expect(await org.lapse(["h1"], END, { epoch: 2, hasEntries: true })).toMatchObject({
      lapsed: 0,
      swept: 1,
    });
    expect(await org.lapse(["h2"], END, { epoch: 2, hasEntries: false })).toMatchObject({ lapsed: 1 });
    expect((await org.read()).outbox).toMatchObject([
      { id: "h2.l", sequence: { epoch: 2, n: 1 }, delta: 10 },
    ]);
  });

  test("law 12: a hold that Redis lost is named once its lease has ended, and stays known until its epoch is condemned", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 10);
    await org.lose("hold:h1");
    expect(await org.lapse(["h1"], END - 1)).toMatchObject({ lost: [] });
    expect(await org.lapse(["h1"], END)).toMatchObject({ lost: ["h1"], lapsed: 0, swept: 0 });
    expect((await org.read()).leases).toEqual({ h1: END });
  });
});
