import { expect, test } from "vitest";
import { call, heldAt, refusalOf } from "../../support/e2e-calls.ts";
import { sumOf, usdOf } from "../../support/e2e-money.ts";
import { costOfTokens, smallChat, tightHold, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MAX_TOKENS = 100;
const AMPLE = "5";

export function allOrNone(world: WorldOf): void {
  test("law 2: sets the money aside in each of them or in none, the organization's too, and settles alike", async () => {
    const { rig, rest } = world();
    const body = smallChat(MAX_TOKENS);
    const [widest, tight] = [widestHold(body, MAX_TOKENS), tightHold(body, MAX_TOKENS)];
    const limit = usdOf(widest + tight - 1n);
    const organization = await rest.createOrganizationBudget({ limit: AMPLE, period: "week" });
    try {
      const key = await rest.createKey(
        [
          { limit: AMPLE, period: "day" },
          { limit: AMPLE, period: "month" },
          { limit },
          { limit: AMPLE, period: "3h" },
        ],
        { when_short: "reject" },
      );
      const states = async () => {
        const { budgets } = await rest.ownKey(key.secret);
        return budgets.map(({ id, spent, held }) => ({ id, spent, held }));
      };
      const ids = [organization.id, ...key.budgets.map(({ id }) => id)];
      const everywhere = (spent: bigint, held: bigint) => ids.map((id) => ({ id, spent, held }));
      expect(await states()).toEqual(everywhere(0n, 0n));

      const gate = "all-or-none";
      const first = call(rig, { secret: key.secret, body, scenario: { gate, usage: usageOf(20, 30) } });
      await until("the first call to be in flight", () => heldAt(rig, gate)[0]);
      expect(await states()).toEqual(everywhere(0n, widest));

      // One nano short in one of five: nothing is taken from any.
      const second = await call(rig, { secret: key.secret, body });
      expect(second.status).toBe(429);
      expect(refusalOf(second).tollgate.budget?.id).toBe(key.budgets[2]?.id);
      expect(await states()).toEqual(everywhere(0n, widest));

      rig.provider.open(gate);
      const { requestId } = await first;
      const cost = costOfTokens(20, 30);
      const { entries } = await rest.settledRequest(requestId);
      expect(entries.flatMap(({ budgets }) => budgets.map(({ id, amount }) => ({ id, amount })))).toEqual(
        ids.map((id) => ({ id, amount: cost })),
      );
      expect(await states()).toEqual(everywhere(cost, 0n));

      // The organization's budget refuses as a key's own does, from the first call after it was lowered (law 10).
      await rest.changeBudget(organization.id, { limit: usdOf(cost + tight - 1n) });
      const third = await call(rig, { secret: key.secret, body });
      expect(third.status).toBe(402);
      expect(refusalOf(third).tollgate.budget).toMatchObject({
        id: organization.id,
        scope: { kind: "organization", id: "org_default" },
      });
      expect(await states()).toEqual(everywhere(cost, 0n));
      // And so it does for a key without budgets of its own.
      const other = await rest.createKey([], { when_short: "reject" });
      expect((await call(rig, { secret: other.secret, body })).status).toBe(402);

      await rest.changeBudget(organization.id, { limit: usdOf(cost + tight) });
      const fourth = await call(rig, { secret: key.secret, body, scenario: { usage: usageOf(1, 1) } });
      expect(fourth.status).toBe(200);
      await rest.settledRequest(fourth.requestId);
      expect(await states()).toEqual(everywhere(sumOf([cost, costOfTokens(1, 1)]), 0n));
    } finally {
      await rest.deleteBudget(organization.id);
    }
  });
}
