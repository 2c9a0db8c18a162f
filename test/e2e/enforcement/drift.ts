import { expect, test } from "vitest";
import * as z from "zod";
import { createOrganization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { counterKey } from "../../../src/store/keys.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const BODY = smallChat(100);
const COST = costOfTokens(10, 90);

const commandReply = z.object({ result: z.string() });

/** Adds to what a counter has spent, behind everybody's back. */
export async function forge({ stack }: FaultGate, key: string, addition: bigint): Promise<void> {
  const redis = async (...command: string[]) => {
    const response = await fetch(stack.redis.rest_url, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.redis.token}` },
      body: JSON.stringify(command),
    });
    return commandReply.parse(await response.json()).result;
  };
  const [epoch = "", born = "", period = "", spent = "", held = ""] = (await redis("GET", key)).split(" ");
  await redis("SET", key, [epoch, born, period, String(BigInt(spent) + addition), held].join(" "));
}

export function drift(rigOf: () => FaultGate): void {
  test("finds none after calls of every kind; reports what was forged, and repairs it when told to (laws 1, 4)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const usd = await org.createBudget({ kind: "key", id: key.id }, { period: "day" });
    const each = await org.createBudget({ kind: "customer", id: "*" }, { unit: "requests", limit: 5 });
    const headers = { "x-tollgate-customer": "a b" };
    for (const scenario of [{ usage: usageOf(10, 90) }, { status: 500 }]) {
      await org.settled(await org.call(key, { body: BODY, headers, scenario }));
    }
    expect(await org.reconcile()).toMatchObject({ drift: [], repaired: 0 });

    await forge(rig, counterKey(org.id, usd), 1n);
    await forge(rig, counterKey(org.id, `${each}:${encodeURIComponent("a b")}`), -1n);
    const forged = [
      { budget_id: usd, redis: COST + 1n, ledger: COST, difference: 1n },
      { budget_id: each, instance: "a b", redis: 1n, ledger: 2n, difference: -1n },
    ];
    const reported = await org.reconcile();
    expect(reported.repaired).toBe(0);
    expect(reported.checked).toBeGreaterThanOrEqual(2);
    expect(reported.drift).toHaveLength(2);
    expect(reported.drift).toEqual(expect.arrayContaining(forged));
    // Told, not mended.
    expect((await org.reconcile()).drift).toHaveLength(2);
    expect(await org.reconcile(true)).toMatchObject({ repaired: 2 });
    expect(await org.reconcile()).toMatchObject({ drift: [], repaired: 0 });
    expect(await org.live(usd)).toMatchObject({ spent: COST, held: 0n });
    expect(await org.live(each, "a b")).toMatchObject({ spent: 2n, held: 0n, remaining: 3n });
    expect((await org.call(key, { body: BODY, headers })).status).toBe(200);
  });
}
