import { expect, test } from "vitest";
import * as z from "zod";
import { call } from "../../support/e2e-calls.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import type { Gate } from "../../support/gate.ts";

const created = z.object({ id: z.string() });

export function ownScopes(rigOf: () => Gate): void {
  // Every other kind of scope: test/e2e/scopes/matrix.ts.
  test("a call charges its key and its key's organization, and no other key or organization (law 8)", async () => {
    const rig = rigOf();
    const { rest } = rig;
    const other = created.parse(await post(rig, "/organizations", { name: "of the test of R2" })).id;
    const own = await rest.createOrganizationBudget({ limit: "100" });
    const others = created.parse(
      await post(rig, "/budgets", {
        organization_id: other,
        scope: { kind: "organization", id: other },
        limit: "100",
        period: "total",
      }),
    );
    try {
      const key = await rest.createKey([{ limit: "10" }, { limit: "5", period: "day" }]);
      const neighbour = await rest.createKey([{ limit: "10" }]);
      const stranger = await rest.createKey([{ limit: "10" }], { organization_id: other });
      const cost = costOfTokens(20, 30);
      const chat = (secret: string) =>
        call(rig, { secret, body: smallChat(100), scenario: { usage: usageOf(20, 30) } });

      const { requestId } = await chat(key.secret);
      const { entries } = await rest.settledRequest(requestId);
      const charged = entries.flatMap(({ budgets }) => budgets.map(({ id, amount }) => ({ id, amount })));
      const budgetIds = [own.id, ...key.budgets.map(({ id }) => id)];
      expect(charged.toSorted(byId)).toEqual(budgetIds.map((id) => ({ id, amount: cost })).toSorted(byId));

      const spent = async () => {
        const ids = [
          ...budgetIds,
          others.id,
          ...[neighbour, stranger].flatMap(({ budgets }) => budgets.map(({ id }) => id)),
        ];
        return Promise.all(ids.map(async (id) => (await rest.budget(id)).spent));
      };
      expect(await spent()).toEqual([cost, cost, cost, 0n, 0n, 0n]);

      // And the other way round: what the others spend isn't this key's.
      for (const { id, secret } of [neighbour, stranger]) {
        expect((await chat(secret)).status).toBe(200);
        await rest.idleKey(id);
      }
      expect(await spent()).toEqual([2n * cost, cost, cost, cost, cost, cost]);
    } finally {
      await rest.deleteBudget(own.id);
      await rest.deleteBudget(others.id);
    }
  });
}

const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

async function post({ url, stack }: Gate, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${stack.adminKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
