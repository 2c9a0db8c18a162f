import { expect, test } from "vitest";
import { call, heldAt, refusalOf } from "../../support/e2e-calls.ts";
import { nanoUsd, usdOf } from "../../support/e2e-money.ts";
import { costOfTokens, smallChat, tightHold, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MAX_TOKENS = 100;
const SHORT = { kind: "duration", seconds: 2 } as const;
const SHORT_MS = 2_000;

export function periods(world: WorldOf): void {
  test("law 7, R5, R14: begins when the first read or call after its start sees it, and is enforced in turn", async () => {
    const { rig, rest } = world();
    const body = smallChat(MAX_TOKENS);
    const limit = tightHold(body, MAX_TOKENS);
    const key = await rest.createKey([{ limit: usdOf(limit), period: SHORT }], { when_short: "reject" });
    // Costs more than half of the budget, so that no second one fits.
    const spend = () => call(rig, { secret: key.secret, body, scenario: { usage: usageOf(10, MAX_TOKENS) } });
    const cost = costOfTokens(10, MAX_TOKENS);
    // On a slow machine a whole period may pass between the two calls: then there is nothing to see, and two more are made.
    const spentAndRefused = () =>
      until("a refusal in the period of the spending", async () => {
        const first = await spend();
        if (first.status === 200) await rest.settledRequest(first.requestId);
        const second = await spend();
        const { code, budget } = second.status === 402 ? refusalOf(second).tollgate : {};
        if (code !== "budget_exceeded" || nanoUsd(budget?.spent ?? "0") !== cost) return undefined;
        return Date.parse(budget?.resets_at ?? "");
      });

    // Seen by a read.
    const resetsAtMs = await spentAndRefused();
    const begun = await until("a read that sees the next period", async () => {
      const [budget] = (await rest.key(key.id)).budgets;
      return budget?.spent === 0n ? budget : undefined;
    });
    expect(Date.now()).toBeGreaterThanOrEqual(resetsAtMs);
    expect(Date.parse(begun.period_start)).toBeGreaterThanOrEqual(resetsAtMs);
    expect((Date.parse(begun.period_start) - resetsAtMs) % SHORT_MS).toBe(0);
    expect(begun).toMatchObject({ held: 0n, remaining: limit });

    // Seen by a call.
    const nextResetsAtMs = await spentAndRefused();
    const admitted = await until("a call in the period after", async () => {
      const answer = await spend();
      return answer.status === 200 ? answer : undefined;
    });
    expect(Date.now()).toBeGreaterThanOrEqual(nextResetsAtMs);
    await rest.settledRequest(admitted.requestId);
    // And enforced again, by what was spent in it alone.
    await spentAndRefused();
  });

  test("law 6, R30: has what was reserved in it settled in it, even after it ended", async () => {
    const { rig, rest } = world();
    const body = smallChat(MAX_TOKENS);
    const key = await rest.createKey([{ limit: "1", period: SHORT }, { limit: "1" }]);
    const gate = "across-periods";
    const pending = call(rig, { secret: key.secret, body, scenario: { gate, usage: usageOf(10, 20) } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    const reservedBeforeMs = Date.now();
    const [, inTotal] = (await rest.key(key.id)).budgets;
    expect(inTotal?.held).toBeGreaterThan(0n);
    const next = await until("the next period", async () => {
      const [budget] = (await rest.key(key.id)).budgets;
      return budget && Date.parse(budget.period_start) > reservedBeforeMs ? budget : undefined;
    });
    expect(next).toMatchObject({ spent: 0n, held: 0n });

    rig.provider.open(gate);
    const { requestId } = await pending;
    const cost = costOfTokens(10, 20);
    const { entries } = await rest.settledRequest(requestId);
    const [entry] = entries;
    expect(entry?.budgets.map(({ id, amount }) => [id, amount])).toEqual(
      key.budgets.map(({ id }) => [id, cost]),
    );
    expect(Date.parse(entry?.budgets[0]?.period_start ?? "")).toBeLessThan(reservedBeforeMs);
    const [short, total] = (await rest.key(key.id)).budgets;
    expect(short).toMatchObject({ spent: 0n, held: 0n, remaining: nanoUsd("1") });
    expect(total).toMatchObject({ spent: cost, held: 0n });
  });
}
