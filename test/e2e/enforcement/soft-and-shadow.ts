import { expect, test } from "vitest";
import { refusalOf } from "../../support/e2e-calls.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const BODY = smallChat(10);

export function softAndShadow(rigOf: () => FaultGate): void {
  test("a soft budget counts and never refuses, on no scope and in no unit (law 1)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const soft = { enforcement: "soft", limit: 0 } as const;
    const budgets = [
      await org.createBudget(org.self, soft),
      await org.createBudget({ kind: "key", id: key.id }, { ...soft, unit: "requests" }),
      await org.createBudget({ kind: "customer", id: "c" }, { ...soft, unit: "tokens", period: "day" }),
      await org.createBudget({ kind: "tag", id: "t" }, { ...soft, unit: "concurrent" }),
    ];
    const headers = { "x-tollgate-customer": "c", "x-tollgate-tags": "t" };
    for (let i = 0; i < 2; i++) {
      const answer = await org.call(key, { body: BODY, headers, scenario: { usage: usageOf(3, 4) } });
      expect(answer.status).toBe(200);
      // What refuses nothing is no rate limit to the client.
      expect(answer.headers.has("ratelimit")).toBe(false);
      expect((await org.settled(answer)).shadow_refusals).toEqual([]);
    }
    const spent = await Promise.all(budgets.map((budget) => org.spent(budget)));
    expect(spent).toEqual([2n * costOfTokens(3, 4), 2n, 14n, 0n]);
    expect(await org.live(budgets[0] ?? "")).toMatchObject({ remaining: 0n });
  });

  test("a shadow budget admits, and records which calls hard would have refused: none at the limit, each beyond it", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const scope = { kind: "key", id: key.id } as const;
    const shadow = { enforcement: "shadow", period: "day" } as const;
    const requests = await org.createBudget(scope, { ...shadow, unit: "requests", limit: 2 });
    const usd = await org.createBudget(scope, { ...shadow, limit: "0" });
    const ample = await org.createBudget(org.self, shadow);
    const refusals: string[][] = [];
    for (let i = 0; i < 4; i++) {
      const answer = await org.call(key, { body: BODY });
      expect(answer.status).toBe(200);
      refusals.push((await org.settled(answer)).shadow_refusals.toSorted());
    }
    const both = [requests, usd].toSorted();
    expect(refusals).toEqual([[usd], [usd], both, both]);
    const counts = await Promise.all([requests, usd, ample].map((budget) => org.live(budget)));
    expect(counts.map(({ would_refuse }) => would_refuse)).toEqual([2, 4, 0]);
    expect(counts[0]).toMatchObject({ spent: 4n });

    // Made hard, it refuses from the next call on, by what it counted (law 10).
    await org.changeBudget(requests, { enforcement: "hard" });
    const refused = await org.call(key, { body: BODY });
    expect(refused.status).toBe(429);
    expect(refusalOf(refused).tollgate.budget).toMatchObject({ id: requests, spent: "4", remaining: "0" });
    await org.changeBudget(requests, { enforcement: "soft" });
    expect((await org.call(key, { body: BODY })).status).toBe(200);
  });

  test("a hard budget beside them decides alone, and a call that it refuses counts in none (law 2, R62)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const scope = { kind: "key", id: key.id } as const;
    const others = [
      await org.createBudget(scope, { enforcement: "soft", unit: "requests", limit: 9 }),
      await org.createBudget(scope, { enforcement: "shadow", unit: "requests", limit: 9, period: "day" }),
    ];
    const hard = await org.createBudget(scope, { limit: "0" });
    const refused = await org.call(key, { body: BODY });
    expect(refusalOf(refused).tollgate.budget?.id).toBe(hard);
    for (const other of others) expect(await org.live(other)).toMatchObject({ spent: 0n, held: 0n });
  });
}
