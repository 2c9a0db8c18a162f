import { expect, test } from "vitest";
import { line, openOrganization } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

onEachEngine("the grant", (opened) => {
  const grant = { want: 50, tight: 30, least: 10 };
  const reserveWithLeft = async (left: number) => {
    const org = await openOrganization(opened(), { b1: 100 - left });
    return { org, reply: await org.reserve("h1", 0, { lines: [line("b1")], ...grant }) };
  };

  test.each([
    ["what is wanted, where it fits exactly", 50, 50],
    ["the tight estimate, one below that", 49, 30],
    ["the tight estimate, where it fits exactly", 30, 30],
    ["all that is left, one below that", 29, 29],
    ["all that is left, where it is exactly the least", 10, 10],
  ])("is %s", async (_, left, granted) => {
    const { org, reply } = await reserveWithLeft(left);
    expect(reply).toMatchObject({ kind: "ok", amountNanoUsd: granted });
    expect(await org.counter()).toEqual([100 - left, granted]);
  });

  test("law 2: is refused one below the least, and nothing is held", async () => {
    const { org, reply } = await reserveWithLeft(9);
    expect(reply).toMatchObject({ kind: "refused", refused: [0], counters: [{ spent: 91, held: 0 }] });
    expect(await org.counter()).toEqual([91, 0]);
  });

  test("law 2: is what the tightest hard budget admits, the same in all of them", async () => {
    const org = await openOrganization(opened(), { b1: 0, b2: 80, soft: 99 });
    const lines = [line("b1"), line("b2"), line("soft", { hard: false })];
    expect(await org.reserve("h1", 0, { lines, ...grant })).toMatchObject({ amountNanoUsd: 20 });
    for (const [name, spent] of [
      ["b1", 0],
      ["b2", 80],
      ["soft", 99],
    ] as const) {
      expect(await org.counter(name)).toEqual([spent, 20]);
    }
  });

  test("a rate limit that is full refuses, however much money is left", async () => {
    const org = await openOrganization(opened(), { b1: 80, rpm: 3 });
    const lines = [line("b1"), line("rpm", { amount: 1, limit: 3 })];
    const reply = await org.reserve("h1", 0, { lines, ...grant });
    expect(reply).toMatchObject({ kind: "refused", refused: [1] });
    expect(await org.counter("b1")).toEqual([80, 0]);
  });

  test("R9: an overdrawn budget grants nothing, and names itself", async () => {
    const org = await openOrganization(opened(), { b1: 130 });
    const reply = await org.reserve("h1", 0, { lines: [line("b1")], ...grant });
    expect(reply).toMatchObject({ kind: "refused", refused: [0], counters: [{ spent: 130 }] });
  });
});
