import { expect, test } from "vitest";
import { heldAt, type Answer } from "../../support/e2e-calls.ts";
import { usdOf } from "../../support/e2e-money.ts";
import {
  createOrganization,
  type Organization,
  type OrganizationKey,
} from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const MAX_TOKENS = 100;
const BODY = smallChat(MAX_TOKENS);
const HOLD = widestHold(BODY, MAX_TOKENS);
const COST = costOfTokens(10, 90);
const SCENARIO = { usage: usageOf(10, 90) };

let gates = 0;

export function changes(rigOf: () => FaultGate): void {
  /** A call in flight; `end` resolves once it is in the ledger. */
  async function inFlight(org: Organization, key: OrganizationKey): Promise<{ end: () => Promise<Answer> }> {
    const rig = rigOf();
    gates += 1;
    const gate = `changes-${gates}`;
    const pending = org.call(key, { body: BODY, scenario: { ...SCENARIO, gate } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    return {
      end: async () => {
        rig.provider.open(gate);
        const answer = await pending;
        expect(answer.status).toBe(200);
        await org.settled(answer);
        return answer;
      },
    };
  }

  test("of a limit keeps what is spent and held, and holds for the next call (laws 2, 10, R38)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget(org.self, { limit: usdOf(3n * HOLD), period: "month" });
    const status = async () => (await org.call(key, { body: BODY, scenario: SCENARIO })).status;
    const limitTo = (limit: bigint) => org.changeBudget(budget, { limit: usdOf(limit) });
    const first = await inFlight(org, key);
    await limitTo(1n);
    expect(await status()).toBe(402);
    expect(await org.live(budget)).toMatchObject({ held: HOLD, spent: 0n, remaining: 0n });
    await limitTo(2n * HOLD);
    const second = await inFlight(org, key);
    expect(await status()).toBe(429);
    await Promise.all([first.end(), second.end()]);
    // Settled above what would be admitted now: it was spent, so it counts (R31).
    await limitTo(COST);
    expect(await org.live(budget)).toMatchObject({ spent: 2n * COST, held: 0n, remaining: 0n });
    expect(await status()).toBe(402);
    expect((await org.reconcile()).drift).toEqual([]);
  });

  test("of a period starts a new count; what is in flight settles into the old one (laws 1, 6)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget(org.self, { period: "day" });
    await org.settled(await org.call(key, { body: BODY, scenario: SCENARIO }));
    const pending = await inFlight(org, key);
    await org.changeBudget(budget, { period: "month" });
    expect(await org.live(budget)).toMatchObject({ spent: 0n, held: 0n });
    await org.settled(await org.call(key, { body: BODY, scenario: SCENARIO }));
    await pending.end();
    expect(await org.live(budget)).toMatchObject({ spent: COST, held: 0n });
    // The same period again is no change.
    await org.changeBudget(budget, { period: { kind: "month" } });
    expect(await org.spent(budget)).toBe(COST);
    expect((await org.reconcile()).drift).toEqual([]);
  });

  test("of a key's team or user leaves each call with the scopes that it was reserved in (laws 6, 8)", async () => {
    const org = await createOrganization(rigOf());
    const teams = [await org.createTeam(), await org.createTeam()] as const;
    const user = await org.createUser();
    const key = await org.createKey({ team_id: teams[0] });
    const before = await org.createBudget({ kind: "team", id: teams[0] });
    const after = await org.createBudget({ kind: "team", id: teams[1] });
    const personal = await org.createBudget({ kind: "user", id: user });
    const spent = () => Promise.all([before, after, personal].map((id) => org.spent(id)));
    const first = await inFlight(org, key);
    await org.changeKey(key.id, { team_id: teams[1], user_id: user });
    const second = await inFlight(org, key);
    await org.changeKey(key.id, { team_id: null });
    await org.settled(await org.call(key, { body: BODY, scenario: SCENARIO }));
    expect(await spent()).toEqual([0n, 0n, COST]);
    await Promise.all([first.end(), second.end()]);
    expect(await spent()).toEqual([COST, COST, COST]);
    expect((await org.reconcile()).drift).toEqual([]);
  });

  test("that adds or takes away a budget touches no call in flight (laws 4, 8)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const scope = { kind: "key", id: key.id } as const;
    const [stays, goes] = [await org.createBudget(scope), await org.createBudget(scope, { period: "day" })];
    const pending = await inFlight(org, key);
    await org.deleteBudget(goes);
    const comes = await org.createBudget(scope, { period: "month" });
    const { requestId } = await pending.end();
    const { entries } = await org.settled({ requestId });
    // The ledger says where it counted, also of a budget that is no more.
    expect(entries[0]?.budgets.map(({ id }) => id).toSorted()).toEqual([stays, goes].toSorted());
    expect(await org.live(stays)).toMatchObject({ spent: COST, held: 0n });
    expect(await org.live(comes)).toMatchObject({ spent: 0n, held: 0n });
  });

  test("a new budget counts from its creation, or from its period's start where it says so (law 1, R15)", async () => {
    const org = await createOrganization(rigOf());
    const [team, user] = [await org.createTeam(), await org.createUser()];
    const inTeam = await org.createKey({ team_id: team, user_id: user, tags: ["t"] });
    const personal = await org.createKey({ user_id: user });
    for (const key of [inTeam, inTeam, personal]) {
      await org.settled(await org.call(key, { body: BODY, scenario: SCENARIO }));
    }
    const since = { count_from: "period_start", period: "year" } as const;
    const requests = { ...since, unit: "requests", limit: 100 } as const;
    const cases: [spent: bigint, id: string][] = [
      [0n, await org.createBudget(org.self, { period: "year" })],
      [3n * COST, await org.createBudget(org.self, since)],
      [2n * COST, await org.createBudget({ kind: "team", id: team }, since)],
      [COST, await org.createBudget({ kind: "user", id: user }, since)],
      [3n * COST, await org.createBudget({ kind: "user", id: user }, { ...since, include_team_spend: true })],
      [2n, await org.createBudget({ kind: "tag", id: "t" }, requests)],
      [300n, await org.createBudget(org.self, { ...since, unit: "tokens", limit: 1_000 })],
    ];
    for (const [spent, id] of cases) expect(await org.live(id)).toMatchObject({ spent, held: 0n });
    // And it is enforced.
    const full = await org.createBudget({ kind: "key", id: inTeam.id }, { ...requests, limit: 2 });
    expect((await org.call(inTeam, { body: BODY })).status).toBe(429);
    expect(await org.spent(full)).toBe(2n);
    expect((await org.reconcile()).drift).toEqual([]);
  });
}
