import { expect, test } from "vitest";
import { EPOCH, LEASE_MS, line, openOrganization, PERIOD_MS, T0 } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

const T1 = T0 + PERIOD_MS;
const before = { lines: [line("b1")], nowMs: T1 - 1 };
const after = { lines: [line("b1", { periodStartMs: T1 })], nowMs: T1 };

onEachEngine("a period's end", (opened) => {
  test("law 7, R5, R14: the last millisecond counts in the old period, the next one begins at zero with no job", async () => {
    const org = await openOrganization(opened(), { b1: 90 });
    expect(await org.reserve("h1", 11, before)).toMatchObject({ kind: "refused" });
    expect(await org.reserve("h2", 10, before)).toMatchObject({ kind: "ok" });
    expect(await org.reserve("h3", 100, after)).toMatchObject({
      kind: "ok",
      counters: [{ periodStartMs: T1, spent: 0, held: 100 }],
    });
  });

  test("R5: the limit is enforced in the new period as in the old", async () => {
    const org = await openOrganization(opened(), { b1: 100 });
    await org.reserve("h1", 100, after);
    expect(await org.reserve("h2", 1, after)).toMatchObject({ kind: "refused" });
  });

  test("law 7, R37: of many calls that see the new period first, each is counted in it, and the limit holds", async () => {
    const org = await openOrganization(opened(), { b1: 90 });
    const replies = await Promise.all(Array.from({ length: 30 }, (_, i) => org.reserve(`h${i}`, 10, after)));
    expect(replies.filter(({ kind }) => kind === "ok")).toHaveLength(10);
    expect(await org.counter()).toEqual([0, 100]);
    await org.settle("h0", 4, { nowMs: T1 + 1 });
    expect(await org.counter()).toEqual([4, 90]);
  });

  test("laws 6 and 7, R30: a hold of the old period settles into it, and the new one keeps its numbers", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40, before);
    await org.reserve("h2", 30, after);
    expect(await org.settle("h1", 25, { nowMs: T1 + 5 })).toMatchObject({ kind: "ok" });
    expect(await org.counter()).toEqual([0, 30]);
    expect((await org.read()).outbox).toMatchObject([
      { lines: [{ counter: "b1", periodStartMs: T0, to: 25, delta: 25 }] },
    ]);
  });

  test("R30: a release of the old period gives the new one no allowance", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40, before);
    await org.reserve("h2", 100, after);
    await org.release("h1", { nowMs: T1 + 5 });
    expect(await org.counter()).toEqual([0, 100]);
    expect(await org.reserve("h3", 1, after)).toMatchObject({ kind: "refused" });
  });

  test("law 6: a lapse of the old period is charged to it alone", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40, before);
    await org.reserve("h2", 30, after);
    expect(await org.lapse(["h1"], T1 + LEASE_MS - 1)).toMatchObject({ lapsed: 1 });
    expect(await org.counter()).toEqual([0, 30]);
    expect((await org.read()).outbox).toMatchObject([
      { kind: "l", lines: [{ periodStartMs: T0, delta: 40 }] },
    ]);
  });

  test("law 7: a clock that is behind counts in the period that has begun, and turns nothing back", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 30, after);
    const late = await org.reserve("h2", 40, before);
    expect(late).toMatchObject({ kind: "ok", counters: [{ periodStartMs: T1, held: 70 }] });
    expect(await org.reserve("h3", 31, before)).toMatchObject({ kind: "refused" });
  });

  test("law 7: a refusal rolls nothing that a later call would miss", async () => {
    const org = await openOrganization(opened(), { b1: 90 });
    const tooMuch = await org.reserve("h1", 101, after);
    expect(tooMuch).toMatchObject({ kind: "refused", counters: [{ spent: 0, held: 0, periodStartMs: T1 }] });
    expect(await org.counter()).toEqual([90, 0]);
    expect(await org.reserve("h2", 100, after)).toMatchObject({ kind: "ok" });
  });

  test.each(["settle", "lapse"] as const)(
    "law 4: a %s in a counter that a clock behind rebuilt one period too early isn't forgotten when it rolls",
    async (way) => {
      const org = await openOrganization(opened());
      await org.reserve("h1", 40, after);
      await org.lose("budget:b1");
      const counters = [{ counter: "b1", periodStartMs: T0, spent: 0 }];
      const watermark = await org.watermark(0);
      await org.store.rebuild({ organizationId: org.org, epoch: EPOCH, watermark, counters });
      if (way === "settle") await org.settle("h1", 40, { nowMs: T1 + 1 });
      else await org.lapse(["h1"], T1 + LEASE_MS);
      const next = await org.reserve("h2", 1, { ...after, nowMs: T1 + LEASE_MS });
      expect(next).toMatchObject({ kind: "ok", counters: [{ periodStartMs: T1, spent: 40, held: 1 }] });
    },
  );
});
