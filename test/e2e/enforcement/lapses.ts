import { expect, test } from "vitest";
import { call, heldAt } from "../../support/e2e-calls.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { smallChat, widestHold } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import type { RawWorker } from "../../support/raw-worker.ts";

const MAX_TOKENS = 100;
const BODY = smallChat(MAX_TOKENS);

/** `start`: a Worker whose leases are two seconds. */
export function lapses(rigOf: () => FaultGate, start: () => Promise<RawWorker>): void {
  test("charges a budget, or gives back what it held where the budget says release (laws 4, 12)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const scope = { kind: "key", id: key.id } as const;
    const charged = await org.createBudget(scope);
    const released = await org.createBudget(scope, { on_lapse: "release", period: "day" });
    const requests = await org.createBudget(scope, { on_lapse: "release", unit: "requests", limit: 1 });
    const worker = await start();
    const gate = "lapses";
    const lost = call({ ...rig, url: worker.url }, { secret: key.secret, body: BODY, scenario: { gate } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    await Promise.all([expect(lost).rejects.toThrow("fetch failed"), worker.kill()]);
    const entry = await until("the lapse", async () => (await org.ledger())[0]);
    rig.provider.open(gate);
    const hold = widestHold(BODY, MAX_TOKENS);
    expect(entry).toMatchObject({ kind: "lapsed", amount: hold });
    expect(await org.live(charged)).toMatchObject({ spent: hold, held: 0n });
    expect(await org.live(released)).toMatchObject({ spent: 0n, held: 0n });
    // The place of the call that nobody knows the end of is free again.
    expect((await org.call(key, { body: BODY })).status).toBe(200);
    expect(await org.idle(requests)).toMatchObject({ spent: 1n });
    expect((await org.reconcile()).drift).toEqual([]);
  });
}
