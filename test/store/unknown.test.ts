import { expect, test } from "vitest";
import { EPOCH, LEASE_MS, line, openOrganization, T0 } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

const END = T0 + LEASE_MS;
const b1 = { lines: [{ counter: "b1" }] };

onEachEngine("a hold that Redis doesn't have", (opened) => {
  const swept = async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.settle("h1", 25);
    await org.lapse(["h1"], END);
    return org;
  };

  test("law 5: a settle that comes after the sweep is told that only Postgres knows, and books nothing", async () => {
    const org = await swept();
    expect(await org.settle("h1", 25, b1)).toEqual({ kind: "unknown", epoch: EPOCH, metaNowMs: END });
    expect(await org.counter()).toEqual([25, 0]);
  });

  test("law 5: told what is booked, it books the difference, and its hold lives a whole lease", async () => {
    const org = await swept();
    const booked = { amountNanoUsd: 25, epoch: EPOCH, metaNowMs: END };
    const reply = await org.settle("h1", 30, {
      lines: [{ counter: "b1", booked: 25 }],
      booked,
      nowMs: END + 1,
    });
    expect(reply).toMatchObject({ kind: "ok", state: "s" });
    expect(await org.counter()).toEqual([30, 0]);
    expect((await org.read()).outbox.at(-1)).toMatchObject({ to: 30, delta: 5, lines: [{ delta: 5 }] });
    expect((await org.read()).leases).toEqual({ h1: END + 1 + LEASE_MS });
  });

  test("law 5: a clock behind doesn't end that lease early", async () => {
    const org = await swept();
    const booked = { amountNanoUsd: 25, epoch: EPOCH, metaNowMs: END };
    await org.settle("h1", 25, { lines: [{ counter: "b1", booked: 25 }], booked, nowMs: T0 });
    expect((await org.read()).leases).toEqual({ h1: END + LEASE_MS });
  });

  test("law 5: what Postgres said counts for less than a lease of Redis's time, and in its epoch only", async () => {
    const org = await swept();
    const settle = (epoch: number, metaNowMs: number) =>
      org.settle("h1", 25, { ...b1, booked: { amountNanoUsd: 0, epoch, metaNowMs } });
    expect(await settle(EPOCH, END - LEASE_MS)).toMatchObject({ kind: "unknown" });
    expect(await settle(EPOCH + 1, END)).toMatchObject({ kind: "unknown" });
    expect(await settle(EPOCH, END - LEASE_MS + 1)).toMatchObject({ kind: "ok" });
  });

  test("law 9: a hold of an earlier epoch is as unknown as none", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.store.open({ organizationId: org.org, newEpoch: 2, condemnedEpoch: EPOCH, lostHolds: [] });
    expect(await org.settle("h1", 25)).toEqual({ kind: "unknown", epoch: 2, metaNowMs: 0 });
    const booked = { amountNanoUsd: 0, epoch: 2, metaNowMs: 0 };
    expect(await org.settle("h1", 25, { booked })).toMatchObject({
      kind: "ok",
      sequence: { epoch: 2, n: 1 },
    });
    expect((await org.read()).outbox).toMatchObject([{ to: 25, delta: 25 }]);
  });

  test("law 4: a hold of which only its lease is left is lost: reserve, settle and release say so and move nothing", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.lose("hold:h1");
    const lost = { kind: "lost", epoch: EPOCH };
    expect(await org.reserve("h1", 40)).toEqual(lost);
    expect(await org.settle("h1", 25, b1)).toEqual(lost);
    expect(await org.release("h1", b1)).toEqual(lost);
    expect(await org.counter()).toEqual([0, 40]);
  });

  test("a release of what nobody booked leaves a mark and no entry", async () => {
    const org = await openOrganization(opened());
    expect(await org.release("h1", b1)).toMatchObject({ kind: "unknown" });
    const booked = { amountNanoUsd: 0, epoch: EPOCH, metaNowMs: 0 };
    expect(await org.release("h1", { ...b1, booked })).toMatchObject({ state: "r", sequence: { n: 0 } });
    expect((await org.read()).outbox).toEqual([]);
    expect((await org.read()).holds["h1"]).toMatchObject({ state: "r", leaseEndMs: T0 + 1 + LEASE_MS });
  });

  test("law 4: a release of what was booked takes it back, also where only a count was booked and no money", async () => {
    const org = await openOrganization(opened(), { b1: 40, rpm: 1 });
    const money = { amountNanoUsd: 40, epoch: EPOCH, metaNowMs: 0 };
    await org.release("h1", { lines: [{ counter: "b1", booked: 40 }], booked: money });
    const none = { amountNanoUsd: 0, epoch: EPOCH, metaNowMs: 0 };
    await org.release("h2", { lines: [{ counter: "rpm", booked: 1 }], booked: none });
    expect([await org.counter("b1"), await org.counter("rpm")]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect((await org.read()).outbox).toMatchObject([
      { id: "h1.s", to: 0, delta: -40, lines: [{ delta: -40 }] },
      { id: "h2.s", to: 0, delta: 0, lines: [{ delta: -1 }] },
    ]);
  });
});

onEachEngine("void", (opened) => {
  const lapsed = async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 0 });
    await org.reserve("h1", 40, { lines: [line("b1"), line("b2", { onLapse: "release" })] });
    await org.lapse(["h1"], END);
    return org;
  };

  test("law 12: takes a lapse's charge back, where there was one, and says the same twice", async () => {
    const org = await lapsed();
    const voided = await org.voidHold("h1", { nowMs: END });
    expect(voided).toMatchObject({ kind: "ok", state: "v", sequence: { n: 2 } });
    expect([await org.counter("b1"), await org.counter("b2")]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect((await org.read()).outbox.at(-1)).toMatchObject({
      id: "h1.v",
      kind: "v",
      to: 0,
      delta: -40,
      lines: [{ delta: -40 }, { delta: 0 }],
    });
    expect(await org.voidHold("h1")).toEqual(voided);
    expect((await org.read()).outbox).toHaveLength(2);
  });

  test("law 5: a settle after the void books what the call cost, once", async () => {
    const org = await lapsed();
    await org.voidHold("h1");
    expect(await org.settle("h1", 25)).toMatchObject({ state: "s" });
    expect([await org.counter("b1"), await org.counter("b2")]).toEqual([
      [25, 0],
      [25, 0],
    ]);
    expect((await org.read()).outbox.at(-1)).toMatchObject({ to: 25, delta: 25 });
    expect(await org.voidHold("h1", { lines: [{ counter: "b1" }] })).toEqual({
      kind: "not_lapsed",
      state: "s",
    });
  });

  test("touches nothing that is in flight, settled or released", async () => {
    const org = await openOrganization(opened());
    for (const id of ["h1", "h2", "h3"]) await org.reserve(id, 10);
    await org.settle("h2", 5);
    await org.release("h3");
    const replies = [await org.voidHold("h1"), await org.voidHold("h2", b1), await org.voidHold("h3", b1)];
    expect(replies).toEqual(["h", "s", "r"].map((state) => ({ kind: "not_lapsed", state })));
    expect(await org.counter()).toEqual([5, 10]);
  });

  test("reaches a lapse that only Postgres still has", async () => {
    const org = await openOrganization(opened(), { b1: 40 });
    expect(await org.voidHold("h1", b1)).toMatchObject({ kind: "unknown" });
    const booked = { amountNanoUsd: 40, epoch: EPOCH, metaNowMs: 0 };
    const reply = await org.voidHold("h1", { lines: [{ counter: "b1", booked: 40 }], booked });
    expect(reply).toMatchObject({ kind: "ok", state: "v" });
    expect(await org.counter()).toEqual([0, 0]);
    await org.settle("h1", 25, b1);
    expect(await org.counter()).toEqual([25, 0]);
  });
});
