import { expect, test } from "vitest";
import { heldAt, refusalOf } from "../../support/e2e-calls.ts";
import { usdOf } from "../../support/e2e-money.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const FITTING = 5;
const CALLS = 30;
const MAX_TOKENS = 100;

export function wildcards(world: WorldOf): void {
  test.each([
    { unit: "usd" as const, limit: usdOf(BigInt(FITTING) * widestHold(smallChat(MAX_TOKENS), MAX_TOKENS)) },
    { unit: "requests" as const, limit: FITTING },
  ])(
    "of $unit holds for the first calls of a customer whom nobody knows, all at once (laws 2, 3, 9, R17, R19)",
    async ({ unit, limit }) => {
      const { rig } = world();
      const org = await createOrganization(rig);
      const budget = await org.createBudget({ kind: "customer", id: "*" }, { unit, limit });
      const key = await org.createKey();
      const gate = `unknown-customer-${unit}`;
      const headers = { "x-tollgate-customer": "never seen" };
      const scenario = { gate, usage: usageOf(1, 1) };
      let refused = 0;
      const calls = Array.from({ length: CALLS }, async () => {
        const answer = await org.call(key, { body: smallChat(MAX_TOKENS), headers, scenario });
        if (answer.status !== 200) refused += 1;
        return answer;
      });
      await until("every call to be refused or in flight", () =>
        refused + heldAt(rig, gate).length === CALLS ? true : undefined,
      );
      expect(heldAt(rig, gate)).toHaveLength(FITTING);
      rig.provider.open(gate);
      const answers = await Promise.all(calls);
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expect(answer.status).toBe(429);
        expect(refusalOf(answer).tollgate.budget).toMatchObject({
          id: budget,
          scope: { kind: "customer", id: "never seen" },
        });
      }
      const spent = unit === "usd" ? BigInt(FITTING) * costOfTokens(1, 1) : BigInt(FITTING);
      expect(await org.idle(budget, "never seen")).toMatchObject({ spent });
      // Another one's is another counter.
      expect(await org.live(budget, "another")).toMatchObject({ spent: 0n, held: 0n });
      const other = await org.call(key, {
        body: smallChat(MAX_TOKENS),
        headers: { "x-tollgate-customer": "another" },
      });
      expect(other.status).toBe(200);
    },
  );

  test("counts each user, member, key, team and tag of the organization apart (law 8)", async () => {
    const org = await createOrganization(world().rig);
    const team = await org.createTeam();
    const [ann, bob] = [await org.createUser(), await org.createUser()];
    const [inTeam] = [await org.createMember(team, ann), await org.createMember(team, bob)];
    const kinds = ["key", "team", "user", "member", "tag"] as const;
    const budgets = Object.fromEntries(
      await Promise.all(
        kinds.map(async (kind) => {
          const id = await org.createBudget({ kind, id: "*" }, { unit: "requests", limit: 1_000 });
          return [kind, id] as const;
        }),
      ),
    );
    const keys = [
      await org.createKey({ team_id: team, user_id: ann, tags: ["x", "y"] }),
      await org.createKey({ team_id: team, user_id: bob }),
      await org.createKey({ user_id: ann, tags: ["y"] }),
    ];
    for (const key of keys) {
      const answer = await org.call(key, { body: smallChat(10) });
      await org.settled(answer);
    }
    const seen: [kind: string, instance: string, spent: bigint][] = [
      ["team", team, 2n],
      ["member", inTeam.id, 1n],
      ["user", ann, 1n], // The personal key's.
      ["user", bob, 0n],
      ["tag", "x", 1n],
      ["tag", "y", 2n],
      ...keys.map(({ id }): [string, string, bigint] => ["key", id, 1n]),
    ];
    for (const [kind, instance, spent] of seen) {
      expect([kind, instance, await org.spent(budgets[kind] ?? "", instance)]).toEqual([
        kind,
        instance,
        spent,
      ]);
    }
  });

  test("gives way to an own budget of the same unit and kind of period, and to no other (law 8)", async () => {
    const org = await createOrganization(world().rig);
    const each = await org.createBudget({ kind: "customer", id: "*" }, { period: "day" });
    const vip = { kind: "customer", id: "vip" } as const;
    const key = await org.createKey();
    const headers = { "x-tollgate-customer": "vip" };
    const charged = async () => {
      const answer = await org.call(key, { body: smallChat(10), headers });
      const { entries } = await org.settled(answer);
      return entries.flatMap(({ budgets }) => budgets.map(({ id }) => id)).toSorted();
    };
    expect(await charged()).toEqual([each]);
    const otherUnit = await org.createBudget(vip, { unit: "requests", limit: 1_000, period: "day" });
    const otherPeriod = await org.createBudget(vip, { period: "month" });
    expect(await charged()).toEqual([each, otherUnit, otherPeriod].toSorted());
    const own = await org.createBudget(vip, { period: "day", limit: "7" });
    expect(await charged()).toEqual([otherUnit, otherPeriod, own].toSorted());
    await org.deleteBudget(own);
    expect(await charged()).toEqual([each, otherUnit, otherPeriod].toSorted());
    // All others are still under it.
    const other = await org.call(key, { body: smallChat(10), headers: { "x-tollgate-customer": "x" } });
    expect((await org.settled(other)).entries[0]?.budgets.map(({ id }) => id)).toEqual([each]);
  });

  test("of one team counts what that team's keys do, and nothing else of the same customer (law 8)", async () => {
    const org = await createOrganization(world().rig);
    const [team, other] = [await org.createTeam(), await org.createTeam()];
    const narrowed = await org.createBudget(
      { kind: "customer", id: "*", team_id: team },
      { unit: "requests", limit: 1 },
    );
    const keys = await Promise.all(
      [{ team_id: team }, { team_id: other }, {}].map((place) => org.createKey(place)),
    );
    const headers = { "x-tollgate-customer": "shared" };
    const statuses = async () => {
      const found: number[] = [];
      for (const key of keys) found.push((await org.call(key, { body: smallChat(10), headers })).status);
      return found;
    };
    expect(await statuses()).toEqual([200, 200, 200]);
    expect(await statuses()).toEqual([429, 200, 200]);
    expect(await org.idle(narrowed, "shared")).toMatchObject({ spent: 1n });
  });
}
