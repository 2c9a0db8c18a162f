import { expect, test } from "vitest";
import { MAX_NANO_USD } from "../../src/domain/money.ts";
import { EPOCH, line, openOrganization, T0 } from "./organization.ts";
import { onEachEngine } from "./stores.ts";

/** The last integers that a double tells apart; Lua's own conversion keeps 14 of these 16 digits. */
const LAST_SAFE = Number.MAX_SAFE_INTEGER;

onEachEngine("law 13: integers", (opened) => {
  const withLimit = { lines: [line("b1", { limit: MAX_NANO_USD })] };

  test("9,007,199 USD are enforced to the nano-USD", async () => {
    const org = await openOrganization(opened(), { b1: MAX_NANO_USD - 3 });
    expect(await org.reserve("h1", 4, withLimit)).toMatchObject({
      kind: "refused",
      counters: [{ spent: MAX_NANO_USD - 3 }],
    });
    expect(await org.reserve("h2", 3, withLimit)).toMatchObject({
      counters: [{ spent: MAX_NANO_USD - 3, held: 3 }],
    });
    expect(await org.reserve("h3", 1, withLimit)).toMatchObject({ kind: "refused" });
    await org.settle("h2", 2);
    expect(await org.counter()).toEqual([MAX_NANO_USD - 1, 0]);
  });

  test("all that is left is granted to the nano-USD", async () => {
    const org = await openOrganization(opened(), { b1: 1 });
    const grant = { want: LAST_SAFE, tight: LAST_SAFE, least: 1 };
    const reply = await org.reserve("h1", 0, { ...withLimit, ...grant });
    expect(reply).toMatchObject({ kind: "ok", amountNanoUsd: MAX_NANO_USD - 1 });
    expect(await org.reserve("h1", 0, withLimit)).toMatchObject({
      kind: "again",
      amountNanoUsd: MAX_NANO_USD - 1,
    });
  });

  test("a sum next to 2^53 keeps its last digit through settle, outbox and rebuild", async () => {
    const org = await openOrganization(opened(), { b1: 1 });
    await org.reserve("h1", 0);
    await org.settle("h1", LAST_SAFE - 2);
    expect(await org.counter()).toEqual([LAST_SAFE - 1, 0]);
    expect((await org.read()).outbox).toMatchObject([{ to: LAST_SAFE - 2, delta: LAST_SAFE - 2 }]);
    await org.lose("budget:b1");
    const counters = [{ counter: "b1", periodStartMs: T0, spent: 2 }];
    const watermark = await org.watermark(0);
    await org.store.rebuild({ organizationId: org.org, epoch: EPOCH, watermark, counters });
    expect(await org.counter()).toEqual([LAST_SAFE, 0]);
  });

  test("a sum beyond 2^53 still refuses: it is never taken for a smaller one", async () => {
    const org = await openOrganization(opened(), { b1: MAX_NANO_USD });
    expect(await org.reserve("h1", MAX_NANO_USD, withLimit)).toMatchObject({ kind: "refused" });
  });
});
