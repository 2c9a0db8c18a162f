import { expect, test } from "vitest";
import { shown } from "../../support/api-client.ts";
import { MESSAGES_PATH, refusalOf } from "../../support/e2e-calls.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import type { WorldOf } from "../../support/e2e-world.ts";

const MESSAGE = {
  model: "claude-haiku-4-5",
  max_tokens: 10,
  messages: [{ role: "user", content: "Hello" }],
};

export function customers(world: WorldOf): void {
  test("is whom the header names, else safety_identifier, user or metadata.user_id (law 8)", async () => {
    const org = await createOrganization(world().rig);
    const budget = await org.createBudget({ kind: "customer", id: "*" }, { unit: "requests", limit: 1_000 });
    const key = await org.createKey();
    const header = { "x-tollgate-customer": "of-header" };
    const chats: [string | null, object, Record<string, string>][] = [
      ["of-header", { safety_identifier: "of-safety", user: "of-user" }, header],
      ["of-safety", { safety_identifier: "of-safety", user: "of-user" }, {}],
      ["of-user", { user: "of-user" }, {}],
      ["of-user", { user: "of-user" }, { "x-tollgate-customer": "" }],
      [null, {}, {}],
    ];
    for (const [customer, fields, headers] of chats) {
      const answer = await org.call(key, { body: smallChat(10, fields), headers });
      const { entries, customer: seen } = await org.settled(answer);
      expect(entries[0]?.budgets.map(({ instance }) => instance)).toEqual(
        customer === null ? [] : [customer],
      );
      expect(seen ?? null).toBe(customer);
      // Our own header is for nobody else.
      expect(answer.received?.headers["x-tollgate-customer"]).toBeUndefined();
    }
    const messages: [string, Record<string, string>][] = [
      ["of-metadata", {}],
      ["of-header", header],
    ];
    for (const [customer, headers] of messages) {
      const body = { ...MESSAGE, metadata: { user_id: "of-metadata" } };
      const answer = await org.call(key, { path: MESSAGES_PATH, body, headers });
      expect((await org.settled(answer)).customer).toBe(customer);
    }
    const counts = { "of-header": 2n, "of-safety": 1n, "of-user": 2n, "of-metadata": 1n, nobody: 0n };
    for (const [customer, spent] of Object.entries(counts)) {
      expect([customer, await org.spent(budget, customer)]).toEqual([customer, spent]);
    }
  });

  test("who is blocked is refused from the first call after REST answered, whoever's key it is (law 10)", async () => {
    const org = await createOrganization(world().rig);
    const personal = await org.createKey();
    const keys = [personal, await org.createKey({ team_id: await org.createTeam() })];
    const asked = { body: smallChat(10), headers: { "x-tollgate-customer": "c 1/u%" } };
    const statuses = async () => Promise.all(keys.map(async (key) => (await org.call(key, asked)).status));
    const one = "/api/v1/customers/{id}";
    const params = { path: { id: "c 1/u%" }, query: { organization_id: org.id } };
    expect(await statuses()).toEqual([200, 200]);
    const customer = { id: "c 1/u%", organization_id: org.id, blocked: true };
    await shown(org.api.POST("/api/v1/customers", { body: customer }));
    const refused = await Promise.all(keys.map((key) => org.call(key, asked)));
    for (const answer of refused) {
      expect(answer.status).toBe(403);
      expect(refusalOf(answer).tollgate.code).toBe("customer_blocked");
      expect(answer.received).toBeUndefined();
    }
    expect((await org.call(personal, { body: smallChat(10) })).status).toBe(200);
    await shown(org.api.PATCH(one, { params, body: { blocked: false } }));
    expect(await statuses()).toEqual([200, 200]);
    await shown(org.api.PATCH(one, { params, body: { blocked: true } }));
    expect(await statuses()).toEqual([403, 403]);
    await shown(org.api.DELETE(one, { params }));
    expect(await statuses()).toEqual([200, 200]);
  });
}
