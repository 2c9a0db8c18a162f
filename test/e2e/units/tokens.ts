import { expect, test } from "vitest";
import { heldAt, refusalOf } from "../../support/e2e-calls.ts";
import { burst, rateLimitsOf } from "../../support/e2e-bursts.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const OUTPUT = 100;
const BODY = smallChat(OUTPUT);
/** The likely input, at 3 bytes a token, and the whole output. */
const ESTIMATE = Math.ceil(JSON.stringify(BODY).length / 3) + OUTPUT;

export function tokens(rigOf: () => FaultGate): void {
  test("are held as an estimate and settle at the usage (laws 1, 5)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const budget = await org.createBudget(
      { kind: "key", id: key.id },
      { unit: "tokens", limit: 1_000, period: "day" },
    );
    const gate = "tokens-held";
    const pending = org.call(key, { body: BODY, scenario: { gate, usage: usageOf(30, 12) } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    expect(await org.live(budget)).toMatchObject({ spent: 0n, held: BigInt(ESTIMATE) });
    rig.provider.open(gate);
    const answer = await pending;
    expect(rateLimitsOf(answer, "ratelimit-policy")[budget]).toMatchObject({ q: "1000", qu: '"tokens"' });
    expect(rateLimitsOf(answer, "ratelimit")[budget]).toMatchObject({ r: String(1_000 - ESTIMATE) });
    const { entries } = await org.settled(answer);
    expect(entries[0]?.budgets.map(({ amount }) => amount)).toEqual([42n]);
    expect(await org.live(budget)).toMatchObject({ spent: 42n, held: 0n, remaining: 958n });

    // What generated nothing takes nothing, what says nothing of its usage takes what was seen.
    await org.settled(await org.call(key, { body: BODY, scenario: { status: 500 } }));
    expect(await org.spent(budget)).toBe(42n);
    const untold = await org.settled(await org.call(key, { body: BODY, scenario: { noUsage: true } }));
    expect(untold.estimated).toBe(true);
    expect(await org.spent(budget)).toBeGreaterThan(42n);
    const streamed = await org.call(key, {
      body: smallChat(OUTPUT, { stream: true }),
      scenario: { usage: usageOf(3, 4), chunks: 4 },
    });
    const { entries: ofStream } = await org.settled(streamed);
    expect(ofStream[0]?.budgets.map(({ amount }) => amount)).toEqual([7n]);
  });

  test("hold at any concurrency; what came in for less makes room again (laws 2, 3)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const limit = 4 * ESTIMATE + 5;
    const budget = await org.createBudget(org.self, { unit: "tokens", limit, period: "day" });
    const gate = "tokens-at-once";
    const { admitted, refused, end } = await burst(rig, {
      calls: 12,
      gate,
      send: () => org.call(key, { body: BODY, scenario: { gate, usage: usageOf(10, 0) } }),
    });
    expect(admitted).toBe(4);
    for (const answer of refused) {
      expect(answer.status).toBe(429);
      // It would fit but for those in flight.
      expect(Number(answer.headers.get("retry-after"))).toBeLessThan(60);
      expect(refusalOf(answer).tollgate).toMatchObject({
        code: "rate_limited",
        budget: { id: budget, unit: "tokens", held: String(4 * ESTIMATE), spent: "0", remaining: "5" },
      });
    }
    await end();
    expect(await org.idle(budget)).toMatchObject({ spent: 40n });
    expect((await org.call(key, { body: BODY })).status).toBe(200);
  });

  test("a call that no whole period allows is told so, and isn't worth another try (law 14)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget(org.self, { unit: "tokens", limit: ESTIMATE - 1, period: "day" });
    const refused = await org.call(key, { body: BODY });
    expect(refused.status).toBe(402);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(refusalOf(refused).tollgate).toMatchObject({ code: "request_too_large", budget: { id: budget } });
    await org.changeBudget(budget, { limit: ESTIMATE });
    expect((await org.call(key, { body: BODY })).status).toBe(200);
  });
}
