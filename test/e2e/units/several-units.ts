import { expect, test } from "vitest";
import { heldAt } from "../../support/e2e-calls.ts";
import { rateLimitsOf } from "../../support/e2e-bursts.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const BODY = smallChat(10);

export function severalUnits(rigOf: () => FaultGate): void {
  test("are reserved in one round trip to Redis, however many scopes they stand on, and settled in one", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const [team, user] = [await org.createTeam(), await org.createUser()];
    const key = await org.createKey({ team_id: team, user_id: user, tags: ["t"] });
    const scope = { kind: "key", id: key.id } as const;
    const budgets = {
      usd: await org.createBudget(org.self),
      requests: await org.createBudget({ kind: "team", id: team }, { unit: "requests", limit: 50 }),
      tokens: await org.createBudget({ kind: "customer", id: "*" }, { unit: "tokens", limit: 9_000 }),
      concurrent: await org.createBudget(scope, { unit: "concurrent", limit: 5 }),
      tag: await org.createBudget({ kind: "tag", id: "t" }, { unit: "requests", limit: 50, period: "day" }),
    };
    const headers = { "x-tollgate-customer": "c" };
    const options = { body: BODY, headers, scenario: { usage: usageOf(3, 4) } };
    // Policies, the epoch and the counters are fetched once.
    await org.settled(await org.call(key, options));
    await org.idle(budgets.usd);

    const gate = "one-round-trip";
    const before = rig.proxy.messages.length;
    const pending = org.call(key, { ...options, scenario: { ...options.scenario, gate } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    const sent = rig.proxy.messages.slice(before).filter(({ body }) => body.includes(org.id));
    expect(sent.map(({ name }) => name)).toEqual(["reserve"]);
    rig.provider.open(gate);
    const answer = await pending;
    const { entries } = await org.settled(answer);
    const settles = rig.proxy.messages.slice(before).filter(({ name }) => name === "settle");
    expect(settles).toHaveLength(1);

    const counted = new Map(entries[0]?.budgets.map(({ id, amount }) => [id, amount]));
    const cost = costOfTokens(3, 4);
    expect(counted.get(budgets.usd)).toBe(cost);
    expect(counted.get(budgets.requests)).toBe(1n);
    expect(counted.get(budgets.tag)).toBe(1n);
    expect(counted.get(budgets.tokens)).toBe(7n);
    expect(await org.live(budgets.usd)).toMatchObject({ spent: 2n * cost, held: 0n });
    expect(await org.live(budgets.requests)).toMatchObject({ spent: 2n, held: 0n });
    expect(await org.live(budgets.tokens, "c")).toMatchObject({ spent: 14n, held: 0n });
    expect(await org.live(budgets.concurrent)).toMatchObject({ spent: 0n, held: 0n });
    // Rate limits in their headers, usd in its own.
    const { usd, ...rates } = budgets;
    expect(Object.keys(rateLimitsOf(answer, "ratelimit")).toSorted()).toEqual(
      Object.values(rates).toSorted(),
    );
    expect(answer.headers.get("x-tollgate-budget-id")).toBe(usd);
    expect((await org.reconcile()).drift).toEqual([]);
  });
}
