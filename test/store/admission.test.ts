import { expect, test } from "vitest";
import { line, openOrganization, T0 } from "./organization.ts";
import { costOf, onEachEngine } from "./stores.ts";

onEachEngine("reserve", (opened) => {
  test("law 2, R28: a hold that fills the limit exactly is admitted, one more is refused, everywhere by the same rule", async () => {
    const org = await openOrganization(opened(), { b1: 60 });
    expect(await org.reserve("h1", 40)).toMatchObject({ kind: "ok", amountNanoUsd: 40 });
    expect(await org.reserve("h2", 1)).toEqual({
      kind: "refused",
      refused: [0],
      counters: [{ spent: 60, held: 40, periodStartMs: T0 }],
      ended: [],
    });
    expect(await org.reserve("h3", 0)).toMatchObject({ kind: "ok", amountNanoUsd: 0 });
  });

  test("law 1, R1: what is in flight is held, never spent, and the reply says both", async () => {
    const org = await openOrganization(opened(), { b1: 10 });
    expect(await org.reserve("h1", 40)).toMatchObject({
      counters: [{ periodStartMs: T0, spent: 10, held: 40 }],
    });
    expect(await org.counter()).toEqual([10, 40]);
    await org.settle("h1", 25);
    expect(await org.counter()).toEqual([35, 0]);
  });

  test("law 2: several budgets admit all or none, and the refusal names each that refuses", async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 95, b3: 0, b4: 99 });
    const lines = ["b1", "b2", "b3", "b4"].map((counter) => line(counter));
    const reply = await org.reserve("h1", 6, { lines });
    expect(reply).toMatchObject({ kind: "refused", refused: [1, 3] });
    for (const name of ["b1", "b3"]) expect(await org.counter(name)).toEqual([0, 0]);
    expect((await org.read()).holds).toEqual({});
  });

  test("R62: a refused request takes nothing from its rate limit", async () => {
    const org = await openOrganization(opened(), { b1: 100, rpm: 0 });
    const lines = [line("rpm", { amount: 1, limit: 2 }), line("b1")];
    expect(await org.reserve("h1", 5, { lines })).toMatchObject({ kind: "refused", refused: [1] });
    expect(await org.counter("rpm")).toEqual([0, 0]);
  });

  test("law 2: a limit of 0 admits nothing, not even a call that costs nothing", async () => {
    const org = await openOrganization(opened());
    const lines = [line("b1", { limit: 0 })];
    expect(await org.reserve("h1", 0, { lines })).toMatchObject({ kind: "refused", refused: [0] });
    expect(await org.reserve("h2", 1, { lines })).toMatchObject({ kind: "refused" });
    const counted = [line("b1", { limit: 0, amount: 0 })];
    expect(await org.reserve("h3", 0, { lines: counted })).toMatchObject({ kind: "refused" });
  });

  test("law 2, R33: whoever has much left has all of the amount set aside all the same", async () => {
    const org = await openOrganization(opened());
    const lines = [line("b1", { limit: 9_000_000_000_000_000 })];
    expect(await org.reserve("h1", 40, { lines })).toMatchObject({ kind: "ok", counters: [{ held: 40 }] });
    expect(await org.counter()).toEqual([0, 40]);
  });

  test("R12: a call under no budget is admitted, and held all the same", async () => {
    const org = await openOrganization(opened());
    expect(await org.reserve("h1", 7, { lines: [] })).toEqual({
      kind: "ok",
      amountNanoUsd: 7,
      counters: [],
      ended: [],
    });
    expect((await org.read()).holds["h1"]).toMatchObject({ state: "h", amountNanoUsd: 7, lines: [] });
  });

  test("a soft budget counts and never refuses, whatever its limit", async () => {
    const org = await openOrganization(opened());
    const lines = [line("b1", { hard: false, limit: 0 })];
    expect(await org.reserve("h1", 500, { lines })).toMatchObject({ kind: "ok", amountNanoUsd: 500 });
    expect(await org.counter()).toEqual([0, 500]);
  });

  test("law 2: money and counts are set aside side by side, each in its own unit", async () => {
    const org = await openOrganization(opened(), { b1: 0, rpm: 1 });
    const lines = [line("b1"), line("rpm", { amount: 1, limit: 2 })];
    expect(await org.reserve("h1", 30, { lines })).toMatchObject({ kind: "ok" });
    expect([await org.counter("b1"), await org.counter("rpm")]).toEqual([
      [0, 30],
      [1, 1],
    ]);
    expect(await org.reserve("h2", 30, { lines })).toMatchObject({
      kind: "refused",
      refused: [1],
    });
  });

  test("R16: of 200 calls at once on a budget that holds 50, exactly 50 are admitted", async () => {
    const org = await openOrganization(opened());
    const lines = [line("b1", { limit: 50 * 7 })];
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, i) => org.reserve(`h${i}`, 7, { lines })),
    );
    // On a machine so busy that an attempt's time runs out, the next one hears that it was admitted.
    const admitted = replies.filter(({ kind }) => kind === "ok" || kind === "again");
    expect([admitted.length, replies.filter(({ kind }) => kind === "refused").length]).toEqual([50, 150]);
    expect(await org.counter()).toEqual([0, 350]);
  });

  test("its cost is EVALSHA, MGET, ZADD and MSET, and a look for ended leases now and then", async () => {
    const org = await openOrganization(opened());
    const cost = await costOf(opened(), () => org.reserve("h1", 1));
    // The first one looks, and later attempts of other tests may still be arriving: what it costs is the least.
    const costs = [cost];
    for (const id of ["h2", "h3", "h4"]) costs.push(await costOf(opened(), () => org.reserve(id, 1)));
    expect(Math.min(...costs)).toBe(4);
  });
});
