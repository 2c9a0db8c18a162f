import { expect, test } from "vitest";
import { sumOf } from "../../support/e2e-money.ts";
import { createOrganization, type Organization, type Scope } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

/** Each call's output is twice that of the one before: what a budget has spent tells which calls it counted. */
const outputOf = (call: number) => 2 ** call;
/** Of a period that a test waits for. */
const SHORT_SECONDS = 3;
const costOf = (call: number) => costOfTokens(1, outputOf(call));

export function matrix(world: WorldOf): void {
  test("a call charges exactly the scopes of its key and of what it names, and no others (law 8, R2, R18)", async () => {
    const org = await createOrganization(world().rig);
    const { budgets, calls } = await chart(org);
    for (const [number, { key, headers, charged }] of calls.entries()) {
      const answer = await org.call(key, {
        body: smallChat(1_000),
        headers,
        scenario: { usage: usageOf(1, outputOf(number)) },
      });
      expect(answer.status).toBe(200);
      const { entries } = await org.settled(answer);
      expect(entries).toHaveLength(1);
      const counted = entries[0]?.budgets ?? [];
      expect(counted.map(({ id }) => nameOf(budgets, id)).toSorted()).toEqual(charged.toSorted());
      expect(new Set(counted.map(({ amount }) => amount))).toEqual(new Set([costOf(number)]));
    }
    const spent = await Promise.all(
      Object.entries(budgets).map(async ([name, id]) => [name, await org.spent(id)] as const),
    );
    const expected = Object.keys(budgets).map((name) => {
      const counting = [...calls.entries()].filter(([, { charged }]) => charged.includes(name));
      return [name, sumOf(counting.map(([number]) => costOf(number)))];
    });
    expect(spent).toEqual(expected);
    expect((await org.reconcile()).drift).toEqual([]);
  });

  test("a team key's spend never reaches its user's personal budget: the personal key goes on (law 8, R2)", async () => {
    const org = await createOrganization(world().rig);
    const [team, user] = [await org.createTeam(), await org.createUser()];
    const personal = await org.createBudget({ kind: "user", id: user }, { limit: 1, unit: "requests" });
    const teamKey = await org.createKey({ team_id: team, user_id: user });
    const personalKey = await org.createKey({ user_id: user });
    for (let i = 0; i < 3; i++) {
      expect((await org.call(teamKey, { body: smallChat(10) })).status).toBe(200);
    }
    expect(await org.live(personal)).toMatchObject({ spent: 0n, held: 0n });
    expect((await org.call(personalKey, { body: smallChat(10) })).status).toBe(200);
    expect((await org.call(personalKey, { body: smallChat(10) })).status).toBe(429);
    expect((await org.call(teamKey, { body: smallChat(10) })).status).toBe(200);
  });

  test("a budget of any scope begins anew when its period ends, with no call to tell it (law 7, R34)", async () => {
    const org = await createOrganization(world().rig);
    const [team, user] = [await org.createTeam(), await org.createUser()];
    const member = await org.createMember(team, user);
    const inTeam = await org.createKey({ team_id: team, user_id: user, tags: ["renewed"] });
    const personal = await org.createKey({ user_id: user });
    const scopes: [Scope, typeof personal][] = [
      [org.self, personal],
      [{ kind: "team", id: team }, inTeam],
      [member, inTeam],
      [{ kind: "user", id: user }, personal],
      [{ kind: "key", id: personal.id }, personal],
      [{ kind: "customer", id: "c-renewed" }, inTeam],
      [{ kind: "tag", id: "renewed" }, inTeam],
    ];
    const period = { kind: "duration", seconds: SHORT_SECONDS } as const;
    const budgets = await Promise.all(scopes.map(([scope]) => org.createBudget(scope, { period })));
    for (const key of [inTeam, personal]) {
      const headers = { "x-tollgate-customer": "c-renewed" };
      await org.settled(await org.call(key, { body: smallChat(10), headers }));
    }
    const calledAtMs = Date.now();
    for (const [number, budget] of budgets.entries()) {
      const next = await until(`the next period of ${scopes[number]?.[0].kind}`, async () => {
        const live = await org.live(budget);
        return Date.parse(live.period_start) > calledAtMs ? live : undefined;
      });
      expect(next).toMatchObject({ spent: 0n, held: 0n });
    }
    // What the calls cost was counted, in the periods before.
    const counted = (await org.ledger()).flatMap((entry) => entry.budgets.map(({ id }) => id));
    expect(new Set(counted)).toEqual(new Set(budgets));
  });

  test("a budget of any scope refuses at its limit, and the refusal names it (laws 2, 14, R18, R58)", async () => {
    const org = await createOrganization(world().rig);
    const [team, user] = [await org.createTeam(), await org.createUser()];
    const member = await org.createMember(team, user);
    const inTeam = await org.createKey({ team_id: team, user_id: user, tags: ["of the key"] });
    const personal = await org.createKey({ user_id: user });
    const named = { "x-tollgate-customer": "c-limit", "x-tollgate-tags": "of the call" };
    const cases: [Scope, typeof personal][] = [
      [org.self, personal],
      [{ kind: "team", id: team }, inTeam],
      [member, inTeam],
      [{ kind: "user", id: user }, personal],
      [{ kind: "key", id: personal.id }, personal],
      [{ kind: "customer", id: "c-limit" }, inTeam],
      [{ kind: "tag", id: "of the key" }, inTeam],
      [{ kind: "tag", id: "of the call" }, personal],
    ];
    for (const [scope, key] of cases) {
      const budget = await org.createBudget(scope, { limit: "0" });
      const refused = await org.call(key, { body: smallChat(10), headers: named });
      expect([scope.kind, refused.status]).toEqual([scope.kind, 402]);
      expect(JSON.parse(refused.text)).toMatchObject({
        tollgate: { code: "budget_exceeded", budget: { id: budget, scope } },
      });
      expect(refused.received).toBeUndefined();
      await org.deleteBudget(budget);
      // Gone from the first call after (law 10).
      expect((await org.call(key, { body: smallChat(10), headers: named })).status).toBe(200);
    }
  });
}

const nameOf = (budgets: Record<string, string>, id: string) =>
  Object.entries(budgets).find(([, other]) => other === id)?.[0] ?? id;

/** A budget on everything there is in the organization, and what each of some calls shall charge. */
async function chart(org: Organization) {
  const [alpha, beta] = [await org.createTeam(), await org.createTeam()];
  const [ann, bob] = [await org.createUser(), await org.createUser()];
  const keys = {
    bare: await org.createKey({ tags: ["red", "blue"] }),
    ofTeam: await org.createKey({ team_id: alpha }),
    ofAnnInAlpha: await org.createKey({ team_id: alpha, user_id: ann }),
    ofAnnInBeta: await org.createKey({ team_id: beta, user_id: ann }),
    ofAnn: await org.createKey({ user_id: ann }),
    ofBobInAlpha: await org.createKey({ team_id: alpha, user_id: bob, tags: ["red"] }),
  };
  const scopes: Record<string, [Scope, object?]> = {
    organization: [org.self],
    alpha: [{ kind: "team", id: alpha }],
    beta: [{ kind: "team", id: beta }],
    annInAlpha: [await org.createMember(alpha, ann)],
    annInBeta: [await org.createMember(beta, ann)],
    bobInAlpha: [await org.createMember(alpha, bob)],
    ann: [{ kind: "user", id: ann }],
    annEverywhere: [{ kind: "user", id: ann }, { include_team_spend: true }],
    bob: [{ kind: "user", id: bob }],
    bobEverywhere: [{ kind: "user", id: bob }, { include_team_spend: true }],
    customer: [{ kind: "customer", id: "acme" }],
    otherCustomer: [{ kind: "customer", id: "red" }],
    red: [{ kind: "tag", id: "red" }],
    blue: [{ kind: "tag", id: "blue" }],
    green: [{ kind: "tag", id: "green" }],
    otherTag: [{ kind: "tag", id: "acme" }],
  };
  for (const [name, { id }] of Object.entries(keys)) scopes[name] = [{ kind: "key", id }];
  // A key's name would hide the user's of the same.
  scopes["keyOfAnn"] = [{ kind: "key", id: keys.ofAnn.id }];
  delete scopes["ofAnn"];

  const created = Object.entries(scopes).map(
    async ([name, [scope, fields]]) => [name, await org.createBudget(scope, fields)] as const,
  );
  const budgets = Object.fromEntries(await Promise.all(created));
  const acme = { "x-tollgate-customer": "acme" };
  const calls = [
    { key: keys.bare, headers: {}, charged: ["organization", "bare", "red", "blue"] },
    { key: keys.ofTeam, headers: {}, charged: ["organization", "alpha", "ofTeam"] },
    {
      key: keys.ofAnnInAlpha,
      headers: {},
      charged: ["organization", "alpha", "annInAlpha", "annEverywhere", "ofAnnInAlpha"],
    },
    {
      key: keys.ofAnnInBeta,
      headers: acme,
      charged: ["organization", "beta", "annInBeta", "annEverywhere", "ofAnnInBeta", "customer"],
    },
    { key: keys.ofAnn, headers: {}, charged: ["organization", "ann", "annEverywhere", "keyOfAnn"] },
    {
      key: keys.ofBobInAlpha,
      // A tag that the key has already counts once.
      headers: { ...acme, "x-tollgate-tags": "green, red" },
      charged: [
        "organization",
        "alpha",
        "bobInAlpha",
        "bobEverywhere",
        "ofBobInAlpha",
        "customer",
        "red",
        "green",
      ],
    },
  ];
  return { budgets, calls };
}
