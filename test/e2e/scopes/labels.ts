import { expect, test } from "vitest";
import { refusalOf } from "../../support/e2e-calls.ts";
import { createOrganization, type Scope } from "../../support/e2e-organization.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const tags = (count: number, prefix = "t") => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const header = (names: string[]) => ({ "x-tollgate-tags": names.join(", ") });

export function labels(world: WorldOf): void {
  test("a label that no budget could stand on, or a tag too many, is a 400, and nothing is reserved", async () => {
    const org = await createOrganization(world().rig);
    const budget = await org.createBudget(org.self, { unit: "requests", limit: 1_000 });
    const [bare, tagged] = [await org.createKey(), await org.createKey({ tags: tags(6) })];
    const refused: [param: string, key: typeof bare, headers: Record<string, string>, fields?: object][] = [
      ["tags", bare, header(tags(11))],
      ["tags", tagged, header(tags(5, "u"))],
      ["tag", bare, header(["x".repeat(257)])],
      ["tag", bare, header(["*"])],
      ["customer", bare, { "x-tollgate-customer": "x".repeat(257) }],
      ["customer", bare, { "x-tollgate-customer": "*" }],
      ["customer", bare, {}, { user: "line\nbreak" }],
      ["customer", bare, {}, { user: "*" }],
      ["customer", bare, {}, { safety_identifier: "é".repeat(129) }],
    ];
    for (const [param, key, headers, fields] of refused) {
      const answer = await org.call(key, { body: smallChat(10, fields), headers });
      expect([param, answer.status]).toEqual([param, 400]);
      expect(refusalOf(answer)).toMatchObject({
        error: { param },
        tollgate: { code: "invalid_request", request_id: answer.requestId },
      });
      expect(answer.received).toBeUndefined();
    }
    expect(await org.live(budget)).toMatchObject({ spent: 0n, held: 0n });

    const admitted: [typeof bare, Record<string, string>, object?][] = [
      [bare, header(tags(10))],
      [bare, header([...tags(10), ...tags(10)])],
      [tagged, header([...tags(6), ...tags(4, "u")])],
      [bare, header(["x".repeat(256)])],
      [bare, {}, { user: "é".repeat(128) }],
    ];
    for (const [key, headers, fields] of admitted) {
      const answer = await org.call(key, { body: smallChat(10, fields), headers });
      expect(answer.status).toBe(200);
      expect(answer.received?.headers["x-tollgate-tags"]).toBeUndefined();
    }
    expect((await org.idle(budget)).spent).toBe(BigInt(admitted.length));
  });

  test("what belongs to another organization is a bad field, and charges nothing of it", async () => {
    const { rig } = world();
    const [org, other] = [await createOrganization(rig), await createOrganization(rig)];
    const [team, user] = [await other.createTeam(), await other.createUser()];
    const member = await other.createMember(team, user);
    const key = await other.createKey({ team_id: team });
    const newKey = (fields: object) =>
      org.api.POST("/api/v1/keys", { body: { ...fields, organization_id: org.id } });
    const newBudget = (scope: Scope) => {
      const body = { scope, limit: "1", period: "total", organization_id: org.id };
      return org.api.POST("/api/v1/budgets", { body });
    };
    const refused: [pointer: string, answer: { error?: unknown }][] = [
      ["/team_id", await newKey({ team_id: team })],
      ["/user_id", await newKey({ user_id: user })],
      ["/scope/id", await newBudget({ kind: "team", id: team })],
      ["/scope/id", await newBudget({ kind: "user", id: user })],
      ["/scope/id", await newBudget(member)],
      ["/scope/id", await newBudget({ kind: "key", id: key.id })],
      ["/scope/team_id", await newBudget({ kind: "customer", id: "*", team_id: team })],
    ];
    for (const [pointer, { error }] of refused)
      expect(error).toMatchObject({ status: 400, errors: [{ pointer }] });
    // The same customer of two organizations is two customers.
    const mine = await org.createBudget({ kind: "customer", id: "shared" });
    const theirs = await other.createBudget({ kind: "customer", id: "shared" });
    const headers = { "x-tollgate-customer": "shared" };
    await other.settled(await other.call(key, { body: smallChat(10), headers }));
    expect(await org.spent(mine)).toBe(0n);
    expect(await other.spent(theirs)).toBeGreaterThan(0n);
  });
}
