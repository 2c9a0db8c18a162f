import { expect, test } from "vitest";
import { EPOCH, line, openOrganization, T0, type Organization } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

const T1 = T0 + 86_400_000;

onEachEngine("open", (opened) => {
  const open = (org: Organization, newEpoch: number, condemnedEpoch: number, over: object = {}) =>
    org.store.open({ organizationId: org.org, newEpoch, condemnedEpoch, lostHolds: [], ...over });

  test("law 9, R24: an emptied Redis refuses until an epoch is begun, and then has no counter at all", async () => {
    const org = await openOrganization(opened());
    await org.lose("meta");
    expect(await org.reserve("h1", 1)).toEqual({ kind: "cold" });
    expect(await org.settle("h1", 1, { lines: [] })).toEqual({ kind: "cold" });
    expect(await open(org, 2, 0)).toBe(2);
    const reserve = { lines: [line("b1")], epoch: 2 };
    expect(await org.reserve("h1", 1, reserve)).toEqual({ kind: "missing", epoch: 2, indexes: [0] });
  });

  test("law 9: an epoch that stands is replaced only if it is the condemned one, never because it is older", async () => {
    const org = await openOrganization(opened());
    expect(await open(org, 9, 0)).toBe(EPOCH);
    expect(await open(org, 9, 2)).toBe(EPOCH);
    expect(await open(org, 9, EPOCH)).toBe(9);
    expect(await open(org, 3, EPOCH)).toBe(9);
  });

  test("law 4: an epoch begins once: a copy that comes late, after the meta value was lost, begins nothing", async () => {
    const org = await openOrganization(opened());
    await org.lose("meta");
    expect(await open(org, EPOCH, 0)).toBe(0);
    expect(await org.reserve("h1", 1)).toEqual({ kind: "cold" });
    expect(await open(org, 2, 0)).toBe(2);
    expect(await open(org, 2, 2)).toBe(2);
  });

  test("keeps the outbox, and counts what is in it", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 2);
    await org.settle("h1", 1);
    await open(org, 2, EPOCH);
    expect((await org.read()).meta).toEqual({
      epoch: 2,
      n: 0,
      now: 0,
      out: 1,
      trimEpoch: 0,
      trimN: 0,
      drainUntil: 0,
      sweepAt: 0,
      births: 0,
      trimCount: 0,
      tag: "-",
    });
  });

  test("a suspicion counts only if Redis still doesn't know the watermark", async () => {
    const org = await openOrganization(opened());
    for (const id of ["h1", "h2"]) {
      await org.reserve(id, 2);
      await org.settle(id, 1);
    }
    const [first = "", second = ""] = await org.tags();
    const suspect = (n: number, tag: string, epoch = EPOCH) =>
      open(org, 7, EPOCH, { suspicion: { epoch, n, tag } });
    expect(await suspect(1, first)).toBe(EPOCH); // in the outbox
    await org.trim([first]);
    expect(await suspect(1, first)).toBe(EPOCH); // the last trimmed
    await org.trim([second]);
    expect(await suspect(1, first)).toBe(EPOCH); // before the last trimmed
    expect(await suspect(9, "0.9/x.s/1/n", 0)).toBe(EPOCH); // of an epoch that is over
    expect(await suspect(2, "1.2/x.s/1/n")).toBe(7); // the same number, another history
  });

  test("a watermark of a later epoch proves that Redis fell back", async () => {
    const org = await openOrganization(opened());
    const suspicion = { epoch: 5, n: 1, tag: "5.1/x.s/1/n" };
    expect(await open(org, 6, EPOCH, { suspicion })).toBe(6);
  });

  test("law 4: a lost hold is forgotten with its epoch, one that is there isn't", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 2);
    await org.reserve("h2", 2);
    await org.lose("hold:h1");
    expect(await open(org, 2, EPOCH, { lostHolds: ["h1", "h2"] })).toBe(2);
    expect(Object.keys((await org.read()).leases)).toEqual(["h2"]);
  });
});

onEachEngine("rebuild", (opened) => {
  const withoutCounter = async () => {
    const org = await openOrganization(opened());
    for (const [id, cost] of [
      ["h1", 5],
      ["h2", 7],
    ] as const) {
      await org.reserve(id, 10);
      await org.settle(id, cost);
    }
    await org.lose("budget:b1");
    return org;
  };
  const rebuild = async (org: Organization, n: number, spent: number, over: object = {}) =>
    org.store.rebuild({
      organizationId: org.org,
      epoch: EPOCH,
      watermark: await org.watermark(n),
      counters: [{ counter: "b1", periodStartMs: T0, spent }],
      ...over,
    });

  test("law 9: a counter that is gone is never zero: nothing is admitted until it is rebuilt", async () => {
    const org = await withoutCounter();
    expect(await org.reserve("h3", 1)).toEqual({ kind: "missing", epoch: EPOCH, indexes: [0] });
    expect(await rebuild(org, 0, 100)).toBe("ok");
    expect(await org.reserve("h3", 1)).toMatchObject({ kind: "refused", counters: [{ spent: 112 }] });
  });

  test("law 9: it is the ledger's total and what the outbox has beyond it, to the entry", async () => {
    for (const [n, spent] of [
      [0, 12],
      [1, 7],
      [2, 0],
    ] as const) {
      const org = await withoutCounter();
      expect(await rebuild(org, n, 100)).toBe("ok");
      expect(await org.counter()).toEqual([100 + spent, 0]);
    }
  });

  test("R4: rebuilt by several Workers at once, the total is added once", async () => {
    const org = await withoutCounter();
    await Promise.all(Array.from({ length: 5 }, () => rebuild(org, 0, 100)));
    expect(await org.counter()).toEqual([112, 0]);
    await org.reserve("h3", 1, { lines: [line("b1", { limit: 1_000 })] });
    await rebuild(org, 0, 100);
    expect(await org.counter()).toEqual([112, 1]);
  });

  test("law 12: a counter that is made takes no entry's number: that says how many entries came before it", async () => {
    const org = await withoutCounter();
    await rebuild(org, 0, 100);
    expect((await org.read()).meta).toMatchObject({ n: 2, births: 2 });
    await org.reserve("h3", 1, { lines: [line("b1", { limit: 1_000 })] });
    expect(await org.settle("h3", 1)).toMatchObject({ sequence: { epoch: EPOCH, n: 3 } });
  });

  test("law 9: a snapshot that a trim overtook is taken again", async () => {
    const org = await withoutCounter();
    await org.trim((await org.tags()).slice(0, 1));
    expect(await rebuild(org, 0, 100)).toBe("again");
    expect(await org.counter()).toBe("missing");
    expect(await rebuild(org, 1, 105)).toBe("ok");
    expect(await org.counter()).toEqual([112, 0]);
  });

  test("law 9: a trim shows by the ledger's count where the watermark can't tell: two histories of one epoch have one numbering", async () => {
    const org = await withoutCounter();
    await org.trim((await org.tags()).slice(0, 1), 7);
    const watermark = (entryCount: number) => org.watermark(2, { entryCount });
    expect(await rebuild(org, 2, 105, { watermark: await watermark(6) })).toBe("again");
    expect(await rebuild(org, 2, 112, { watermark: await watermark(7) })).toBe("ok");
    // A copy that comes late, of a trim that booked less, takes nothing of that back.
    await org.trim([], 3);
    expect((await org.read()).meta).toMatchObject({ trimCount: 7 });
  });

  test("law 9: a Redis that fell back rebuilds from no snapshot whose last entry it forgot", async () => {
    const org = await withoutCounter();
    const forgotten = { watermark: await org.watermark(2, { tag: "1.2/h2.s/7/other" }) };
    expect(await rebuild(org, 2, 112, forgotten)).toBe("again");
    expect(await org.counter()).toBe("missing");
    expect(await rebuild(org, 2, 112)).toBe("ok");
  });

  test("law 9: a snapshot of another epoch, or one with entries of an earlier epoch still out, is taken again", async () => {
    const org = await withoutCounter();
    expect(await rebuild(org, 0, 100, { epoch: 2 })).toBe("again");
    await org.store.open({ organizationId: org.org, newEpoch: 2, condemnedEpoch: EPOCH, lostHolds: [] });
    expect(await rebuild(org, 0, 100, { epoch: 2 })).toBe("again");
    await org.trim(await org.tags());
    expect(await rebuild(org, 2, 112, { epoch: 2 })).toBe("ok");
  });

  test("law 7: a snapshot of a period that is over is taken again", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 10, { lines: [line("b1", { periodStartMs: T1 })], nowMs: T1 });
    await org.settle("h1", 5);
    await org.lose("budget:b1");
    expect(await rebuild(org, 0, 100)).toBe("again");
    const counters = [{ counter: "b1", periodStartMs: T1, spent: 0 }];
    expect(await rebuild(org, 0, 0, { counters })).toBe("ok");
    expect(await org.counter()).toEqual([5, 0]);
  });

  test("law 8, R2: a rebuild takes from the outbox what names its counter and period, and nothing else", async () => {
    const org = await openOrganization(opened(), { b1: 0, "b1~2": 0, b11: 0 });
    const lines = [line("b1"), line("b1~2"), line("b11")];
    await org.reserve("h1", 10, { lines });
    await org.settle("h1", 5, {
      lines: [
        { counter: "b1", actual: 1 },
        { counter: "b1~2", actual: 2 },
        { counter: "b11", actual: 4 },
      ],
    });
    await org.lose("budget:b1");
    await rebuild(org, 0, 100);
    expect(await org.counter()).toEqual([101, 0]);
  });

  test("a corrected lapse counts with its correction", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 10);
    await org.lapse(["h1"], T0 + 900_000);
    await org.settle("h1", 4);
    await org.lose("budget:b1");
    await rebuild(org, 0, 0);
    expect(await org.counter()).toEqual([4, 0]);
  });
});

onEachEngine("refresh", (opened) => {
  const drifted = async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 10);
    await org.settle("h1", 5);
    await org.reserve("h2", 3);
    return org;
  };
  const refresh = async (org: Organization, spent: number, over: object = {}) =>
    org.store.refresh({
      organizationId: org.org,
      epoch: EPOCH,
      watermark: await org.watermark(0),
      counters: [{ counter: "b1", periodStartMs: T0, spent }],
      repair: true,
      ...over,
    });

  test("law 1: a counter that differs takes what the ledger and the outbox say, and keeps what it holds", async () => {
    const org = await drifted();
    expect(await refresh(org, 0)).toEqual({ kind: "ok", drift: [] });
    const drift = [{ counter: "b1", periodStartMs: T0, spent: 5, due: 25 }];
    expect(await refresh(org, 20, { repair: false })).toEqual({ kind: "ok", drift });
    expect(await org.counter()).toEqual([5, 3]);
    expect(await refresh(org, 20)).toEqual({ kind: "ok", drift });
    expect(await org.counter()).toEqual([25, 3]);
  });

  test("law 1: a Redis that fell back is repaired by no snapshot whose last entry it will have settled again", async () => {
    const org = await drifted();
    const forgotten = { watermark: await org.watermark(2, { tag: "1.2/h2.s/3/n" }) };
    expect(await refresh(org, 8, forgotten)).toEqual({ kind: "again" });
    expect(await org.counter()).toEqual([5, 3]);
  });
});
