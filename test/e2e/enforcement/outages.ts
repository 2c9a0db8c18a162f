import { afterEach, expect, test } from "vitest";
import { refusalOf } from "../../support/e2e-calls.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const BODY = smallChat(100);
const COST = costOfTokens(10, 90);
const SCENARIO = { usage: usageOf(10, 90) };

export function outages(rigOf: () => FaultGate): void {
  afterEach(() => rigOf().proxy.back());

  test("lets calls pass whose hard budgets are all open to it, and books them later; refuses the others (laws 12, 14, R29)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const [open, closed, both] = [await org.createKey(), await org.createKey(), await org.createKey()];
    const onKey = ({ id }: { id: string }) => ({ kind: "key", id }) as const;
    const opens = { on_store_outage: "open" } as const;
    const openUsd = await org.createBudget(onKey(open), opens);
    const openRequests = await org.createBudget(onKey(open), { ...opens, unit: "requests", limit: 10 });
    // A soft one refuses nothing, whatever it says.
    const soft = await org.createBudget(onKey(open), { enforcement: "soft", period: "day" });
    const closedUsd = await org.createBudget(onKey(closed));
    await org.createBudget(onKey(both), opens);
    const bothClosed = await org.createBudget(onKey(both), { period: "day" });
    // The isolate holds their policies.
    for (const key of [open, closed, both]) {
      await org.settled(await org.call(key, { body: BODY, scenario: SCENARIO }));
    }

    rig.proxy.away();
    const [passed, ...refused] = await Promise.all(
      [open, closed, both].map((key) => org.call(key, { body: BODY, scenario: SCENARIO })),
    );
    expect(passed?.status).toBe(200);
    for (const answer of refused) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refusalOf(answer).tollgate.code).toBe("store_unavailable");
      expect(answer.received).toBeUndefined();
    }
    rig.proxy.back();
    // It has no hold: until it is booked, no store knows of it.
    const requestId = passed?.requestId ?? "";
    const params = { path: { id: requestId }, query: { organization_id: org.id } };
    await until(
      "the call to be booked",
      async () => (await org.api.GET("/api/v1/requests/{id}", { params })).data,
    );
    const booked = await org.settled({ requestId });
    expect(booked).toMatchObject({ outcome: "completed", cost: COST });
    for (const [id, spent] of [
      [openUsd, 2n * COST],
      [openRequests, 2n],
      [soft, 2n * COST],
      [closedUsd, COST],
      [bothClosed, COST],
    ] as const) {
      expect(await org.idle(id)).toMatchObject({ spent });
    }
    expect((await org.reconcile()).drift).toEqual([]);
  });

  test("refuses a call whose policies nobody knows, open or not (law 14)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    await org.createBudget({ kind: "key", id: key.id }, { on_store_outage: "open" });
    rig.proxy.away();
    const answer = await org.call(key, { body: BODY });
    expect(answer.status).toBe(503);
    expect(answer.received).toBeUndefined();
  });
}
