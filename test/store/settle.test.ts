import { expect, test } from "vitest";
import { FACTS, line, openOrganization, T0 } from "./organization.ts";
import { costOf, onEachEngine } from "./stores.ts";

onEachEngine("settle", (opened) => {
  test("R25, R31: what a call cost above its hold is booked whole, also where it doesn't fit the limit", async () => {
    const org = await openOrganization(opened(), { b1: 60 });
    await org.reserve("h1", 40);
    expect(await org.settle("h1", 75)).toMatchObject({ kind: "ok" });
    expect(await org.counter()).toEqual([135, 0]);
    expect(await org.reserve("h2", 1)).toMatchObject({
      kind: "refused",
      counters: [{ spent: 135, held: 0 }],
    });
  });

  test("each budget settles at its own actual, and the entry says what each was moved by", async () => {
    const org = await openOrganization(opened(), { b1: 0, rpm: 0, parallel: 0 });
    const lines = [line("b1"), line("rpm", { amount: 1 }), line("parallel", { amount: 1 })];
    await org.reserve("h1", 40, { lines });
    await org.settle("h1", 25, {
      lines: [
        { counter: "b1", actual: 25 },
        { counter: "rpm", actual: 1 },
        { counter: "parallel", actual: 0 },
      ],
    });
    expect([await org.counter("b1"), await org.counter("rpm"), await org.counter("parallel")]).toEqual([
      [25, 0],
      [1, 0],
      [0, 0],
    ]);
    expect((await org.read()).outbox).toMatchObject([
      {
        id: "h1.s",
        sequence: { epoch: 1, n: 1 },
        to: 25,
        delta: 25,
        atMs: T0 + 1,
        facts: FACTS,
        lines: [
          { counter: "b1", periodStartMs: T0, to: 25, delta: 25 },
          { counter: "rpm", to: 1, delta: 1 },
          { counter: "parallel", to: 0, delta: 0 },
        ],
      },
    ]);
  });

  test("law 4: release and void are zero in every respect, whatever else their caller sends", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.release("h1", { amountNanoUsd: 9, lines: [{ counter: "b1", actual: 9 }] });
    expect(await org.counter()).toEqual([0, 0]);
  });

  test("law 4: a settle that leaves out a line of its hold is an error, and changes nothing", async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 0 });
    await org.reserve("h1", 40, { lines: [line("b1"), line("b2")] });
    const before = await org.read();
    for (const counter of ["b1", "b2"]) {
      await expect(org.settle("h1", 25, { lines: [{ counter }] })).rejects.toThrow("unavailable");
    }
    expect(await org.read()).toEqual(before);
  });

  test("law 4: the lines of a settle may come in any order, and be more than the hold's", async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 0, b3: 0, b4: 0 });
    await org.reserve("h1", 40, { lines: [line("b1"), line("b2", { amount: 7 }), line("b3")] });
    const lines = ["b1", "b4", "b3", "b2"].map((counter, i) => ({ counter, actual: 21 + i }));
    await org.settle("h1", 25, { lines });
    const counters = await Promise.all(["b1", "b2", "b3", "b4"].map((name) => org.counter(name)));
    expect(counters).toEqual([21, 24, 23, 22].map((spent) => [spent, 0]));
  });

  test("law 3: what was given back beyond all spend counts as room, and is counted up again", async () => {
    const org = await openOrganization(opened(), { b1: -30 });
    expect(await org.reserve("h1", 131)).toMatchObject({ kind: "refused" });
    expect(await org.reserve("h2", 130)).toMatchObject({ kind: "ok" });
    expect(await org.counter()).toEqual([-30, 130]);
    await org.settle("h2", 5);
    expect(await org.counter()).toEqual([-25, 0]);
  });

  test("law 9: a settle whose counter is missing leaves it missing, and its cost in the outbox", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.lose("budget:b1");
    await org.settle("h1", 25);
    expect(await org.counter()).toBe("missing");
    expect((await org.read()).outbox).toMatchObject([{ lines: [{ counter: "b1", delta: 25 }] }]);
  });

  test("law 4: a counter that was rebuilt after a reserve isn't given back what it never held", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.lose("budget:b1");
    const counters = [{ counter: "b1", periodStartMs: T0, spent: 0 }];
    const watermark = await org.watermark(0);
    await org.store.rebuild({ organizationId: org.org, epoch: 1, watermark, counters });
    await org.reserve("h2", 10);
    await org.settle("h1", 25);
    expect(await org.counter()).toEqual([25, 10]);
  });

  test("takes the drain where it is free, and leaves it where another Worker drains", async () => {
    const org = await openOrganization(opened());
    for (const id of ["h1", "h2", "h3"]) await org.reserve(id, 10);
    const first = await org.settle("h1", 5, { drain: true });
    expect(first).toMatchObject({ head: { epoch: 1, tag: "-", out: 1, length: 1, entries: [{}] } });
    expect(await org.settle("h2", 5, { drain: true })).toMatchObject({ head: null });
    const later = await org.settle("h3", 5, { drain: true, nowMs: T0 + 60_000 });
    expect(later).toMatchObject({ head: { out: 3, length: 3 } });
  });

  test("its cost is EVALSHA, MGET, RPUSH and MSET, and an LRANGE when it drains", async () => {
    const org = await openOrganization(opened());
    for (const id of ["h1", "h2", "h3"]) await org.reserve(id, 10);
    const cost = async (id: string, drain: boolean) => {
      return costOf(opened(), () =>
        org.store.settle({
          organizationId: org.org,
          mode: "settle",
          holdId: id,
          nowMs: T0,
          leaseMs: 1,
          nonce: "n",
          amountNanoUsd: 1,
          facts: "{}",
          drain,
          lines: [{ counter: "b1", periodStartMs: T0, actual: 1, booked: 0 }],
        }),
      );
    };
    await cost("h1", false);
    expect([await cost("h2", false), await cost("h3", true)]).toEqual([4, 5]);
  });
});
