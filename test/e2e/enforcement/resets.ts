import { expect, test } from "vitest";
import { heldAt } from "../../support/e2e-calls.ts";
import { sumOf, usdOf } from "../../support/e2e-money.ts";
import { createOrganization, type Organization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, tightHold, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const MAX_TOKENS = 100;
const BODY = smallChat(MAX_TOKENS);
const COST = costOfTokens(10, 90);
/** Many calls and resets at once: on a busy machine that takes longer than a test may by default. */
const PATIENT = { timeout: 120_000 };

/** What the ledger counted in a budget. */
async function bookedIn(org: Organization, budget: string): Promise<bigint> {
  const lines = (await org.ledger()).flatMap(({ budgets }) => budgets.filter(({ id }) => id === budget));
  return sumOf(lines.map(({ amount }) => amount));
}

export function resets(rigOf: () => FaultGate): void {
  test("takes back what was spent by an entry, keeps what is held, and calls in flight settle after it (laws 1, 4)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const hold = widestHold(BODY, MAX_TOKENS);
    // Room for what one call cost and what another holds, and for no third.
    const limit = COST + hold + tightHold(BODY, MAX_TOKENS) - 1n;
    const budget = await org.createBudget(
      { kind: "key", id: key.id },
      { limit: usdOf(limit), period: "month" },
    );
    const other = await org.createBudget(org.self);
    await org.settled(await org.call(key, { body: BODY, scenario: { usage: usageOf(10, 90) } }));
    const gate = "across-a-reset";
    const pending = org.call(key, { body: BODY, scenario: { gate, usage: usageOf(10, 90) } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    expect((await org.call(key, { body: BODY })).status).toBe(429);

    expect(await org.reset(budget)).toMatchObject({ spent: "0.00" });
    expect(await org.live(budget)).toMatchObject({ spent: 0n, held: hold, remaining: limit - hold });
    const [entry] = await org.ledger();
    expect(entry).toMatchObject({ kind: "reset", amount: 0n });
    expect(entry?.budgets).toMatchObject([{ id: budget, amount: -COST }]);
    expect(await org.live(other)).toMatchObject({ spent: COST, held: hold });
    expect(await bookedIn(org, budget)).toBe(0n);

    const next = await org.call(key, { body: BODY, scenario: { usage: usageOf(10, 90) } });
    expect(next.status).toBe(200);
    rig.provider.open(gate);
    await org.settled(await pending);
    expect(await org.idle(budget)).toMatchObject({ spent: 2n * COST });
    expect(await bookedIn(org, budget)).toBe(2n * COST);
    expect(await org.idle(other)).toMatchObject({ spent: 3n * COST });
    expect((await org.reconcile()).drift).toEqual([]);
  });

  test(
    "in the midst of calls leaves the spend what the ledger sums to, however often it is asked for (laws 1, 4, 5)",
    PATIENT,
    async () => {
      const org = await createOrganization(rigOf());
      const key = await org.createKey();
      const budget = await org.createBudget(org.self, { period: "day" });
      const tokens = await org.createBudget(org.self, { period: "day", unit: "tokens", limit: 1_000_000 });
      const calls = Array.from({ length: 24 }, (_, i) =>
        org.call(key, { body: BODY, scenario: { usage: usageOf(10, i) } }),
      );
      const asked = Array.from({ length: 6 }, (_, i) => org.reset(i % 2 === 0 ? budget : tokens));
      const answers = await Promise.all(calls);
      await Promise.all(asked);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      for (const answer of answers) await org.settled(answer);
      for (const id of [budget, tokens]) {
        expect((await org.idle(id)).spent).toBe(await bookedIn(org, id));
        await org.reset(id);
        await org.reset(id);
        expect(await org.live(id)).toMatchObject({ spent: 0n, held: 0n });
        expect(await bookedIn(org, id)).toBe(0n);
      }
      expect((await org.reconcile()).drift).toEqual([]);
    },
  );

  test("of one instance of a budget for each lets that one go on, and no other (law 8, R40)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget({ kind: "customer", id: "*" }, { unit: "requests", limit: 1 });
    const statusOf = async (customer: string) =>
      (await org.call(key, { body: BODY, headers: { "x-tollgate-customer": customer } })).status;
    expect([await statusOf("a b/c"), await statusOf("d")]).toEqual([200, 200]);
    await org.reset(budget, { instance: "a b/c" });
    expect([await statusOf("a b/c"), await statusOf("d")]).toEqual([200, 429]);
    const params = { path: { id: budget } };
    const whole = await org.api.POST("/api/v1/budgets/{id}/reset", { params, body: {} });
    expect(whole.response.status).toBe(400);
  });
}
