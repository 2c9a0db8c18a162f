import { expect, test } from "vitest";
import { refusalOf } from "../../support/e2e-calls.ts";
import { burst, rateLimitsOf } from "../../support/e2e-bursts.ts";
import { createOrganization, type Scope } from "../../support/e2e-organization.ts";
import { smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const DAY_SECONDS = 86_400;
const LIMIT = 3;
const CALLS = 12;
const named = { "x-tollgate-customer": "c", "x-tollgate-tags": "t" };

const secondsLeftToday = () => DAY_SECONDS - (Math.floor(Date.now() / 1_000) % DAY_SECONDS);

export function requests(rigOf: () => FaultGate): void {
  test.each(["organization", "team", "member", "user", "key", "customer", "tag"])(
    "on a scope of kind %s: of calls at once exactly the limit is admitted; the others say when to come again (laws 2, 3, 14)",
    async (kind) => {
      const rig = rigOf();
      const org = await createOrganization(rig);
      const [team, user] = [await org.createTeam(), await org.createUser()];
      const member = await org.createMember(team, user);
      const key = await org.createKey({ user_id: user, ...(kind === "user" ? {} : { team_id: team }) });
      const scopes: Record<string, Scope> = {
        organization: org.self,
        team: { kind: "team", id: team },
        member,
        user: { kind: "user", id: user },
        key: { kind: "key", id: key.id },
        customer: { kind: "customer", id: "c" },
        tag: { kind: "tag", id: "t" },
      };
      const scope = scopes[kind] ?? org.self;
      const budget = await org.createBudget(scope, { unit: "requests", limit: LIMIT, period: "day" });
      const gate = `requests-of-${kind}`;
      const body = smallChat(10);
      const { admitted, refused, end } = await burst(rig, {
        calls: CALLS,
        gate,
        send: () => org.call(key, { body, headers: named, scenario: { gate, usage: usageOf(1, 1) } }),
      });
      expect(admitted).toBe(LIMIT);
      const policy = { q: String(LIMIT), w: String(DAY_SECONDS), qu: '"requests"' };
      for (const answer of refused) {
        expect(answer.status).toBe(429);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(rateLimitsOf(answer, "ratelimit-policy")).toEqual({ [budget]: policy });
        expect(rateLimitsOf(answer, "ratelimit")[budget]).toMatchObject({ r: "0" });
        expect(refusalOf(answer).tollgate).toMatchObject({
          code: "rate_limited",
          budget: { id: budget, scope, unit: "requests", limit: String(LIMIT), remaining: "0" },
        });
      }
      const left: string[] = [];
      for (const answer of await end()) {
        expect(rateLimitsOf(answer, "ratelimit-policy")).toEqual({ [budget]: policy });
        const { r = "", t } = rateLimitsOf(answer, "ratelimit")[budget] ?? {};
        left.push(r);
        expect(Number(t)).toBeLessThanOrEqual(DAY_SECONDS);
      }
      expect(left.toSorted()).toEqual(["0", "1", "2"]);
      expect(await org.idle(budget)).toMatchObject({ spent: BigInt(LIMIT), remaining: 0n });

      // Once they are settled, only the period's end helps.
      const late = await org.call(key, { body, headers: named });
      expect(late.status).toBe(429);
      expect(Math.abs(Number(late.headers.get("retry-after")) - secondsLeftToday())).toBeLessThan(30);
    },
  );

  test("a request counts as one, whatever became of it, and a refused one as none (law 5, R62)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const budget = await org.createBudget({ kind: "key", id: key.id }, { unit: "requests", limit: 4 });
    const body = smallChat(10);
    const outcomes = [{}, { status: 500 }, { status: 400 }, { destroyBeforeHeaders: true }];
    for (const scenario of outcomes) await org.settled(await org.call(key, { body, scenario }));
    expect(await org.live(budget)).toMatchObject({ spent: 4n, held: 0n });
    for (let i = 0; i < 3; i++) expect((await org.call(key, { body })).status).toBe(429);
    expect(await org.live(budget)).toMatchObject({ spent: 4n, held: 0n });
    await org.changeBudget(budget, { limit: 5 });
    // None of those that were refused took the place.
    expect((await org.call(key, { body })).status).toBe(200);
  });

  test("a limit of 0 admits nothing, in any unit, and isn't worth another try (law 2, R57)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    for (const unit of ["usd", "requests", "tokens", "concurrent"] as const) {
      const budget = await org.createBudget(org.self, { unit, limit: 0 });
      const refused = await org.call(key, { body: smallChat(10) });
      expect([unit, refused.status, refused.headers.get("retry-after")]).toEqual([unit, 402, null]);
      expect(refused.headers.get("x-should-retry")).toBe("false");
      expect(refusalOf(refused).tollgate).toMatchObject({
        code: "budget_exceeded",
        budget: { id: budget, unit },
      });
      await org.deleteBudget(budget);
    }
  });

  test("a call that another budget refuses eats no rate limit, of no scope (law 2, R62)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const scope = { kind: "key", id: key.id } as const;
    const limits = [
      await org.createBudget(org.self, { unit: "requests", limit: 1 }),
      await org.createBudget(scope, { unit: "tokens", limit: 1_000, period: "day" }),
      await org.createBudget(scope, { unit: "concurrent", limit: 1 }),
    ];
    const spent = await org.createBudget(scope, { limit: "0" });
    const body = smallChat(10);
    for (let i = 0; i < 3; i++) expect((await org.call(key, { body })).status).toBe(402);
    for (const limit of limits) expect(await org.live(limit)).toMatchObject({ spent: 0n, held: 0n });
    await org.changeBudget(spent, { limit: "1" });
    expect((await org.call(key, { body })).status).toBe(200);
  });
}
