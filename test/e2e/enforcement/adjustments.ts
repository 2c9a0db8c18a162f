import { expect, test } from "vitest";
import { shown } from "../../support/api-client.ts";
import { refusalOf } from "../../support/e2e-calls.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { smallChat } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";

const BODY = smallChat(10);
/** Long enough for a few calls on a slow machine. */
const RAISED_MS = 4_000;

export function adjustments(rigOf: () => FaultGate): void {
  test("raises a limit from the next call of a cached key on, until its time and no longer (law 10, R59)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget(
      { kind: "key", id: key.id },
      { unit: "requests", limit: 1, period: "day" },
    );
    const status = async () => (await org.call(key, { body: BODY })).status;
    expect([await status(), await status()]).toEqual([200, 429]);
    const endsAtMs = Date.now() + RAISED_MS;
    const endsAt = new Date(endsAtMs).toISOString();
    await org.adjust(budget, { amount: 2, until: endsAt, reason: "launch" });
    expect(await status()).toBe(200);
    expect(await org.live(budget)).toMatchObject({ limit: 1n, effective_limit: 3n });
    const refused = await until("the raise to end", async () => {
      const askedMs = Date.now();
      const answer = await org.call(key, { body: BODY });
      return answer.status === 429 && askedMs >= endsAtMs ? answer : undefined;
    });
    const { spent, limit } = refusalOf(refused).tollgate.budget ?? {};
    expect(limit).toBe("1");
    expect(["2", "3"]).toContain(spent);
    expect(await org.live(budget)).toMatchObject({ effective_limit: 1n, remaining: 0n });
  });

  test("lowers a limit too, sums with others, and is gone from the call after its end (laws 2, 10)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget(org.self, { unit: "requests", limit: 3, period: "day" });
    const adjust = (amount: number) => org.adjust(budget, { amount });
    const takeBack = ({ id: adjustment }: { id: string }) =>
      shown(
        org.api.DELETE("/api/v1/budgets/{id}/adjustments/{adjustment}", {
          params: { path: { id: budget, adjustment } },
        }),
      );
    const status = async () => (await org.call(key, { body: BODY })).status;
    const lowered = await adjust(-5);
    // Never below 0, which admits nothing. It lasts for this period.
    expect(await org.live(budget)).toMatchObject({ effective_limit: 0n, resets_at: lowered.until });
    expect(await status()).toBe(402);
    const raised = await adjust(3);
    expect(await org.live(budget)).toMatchObject({ effective_limit: 1n });
    expect([await status(), await status()]).toEqual([200, 429]);
    await takeBack(lowered);
    expect(await org.live(budget)).toMatchObject({ effective_limit: 6n });
    expect(await status()).toBe(200);
    await takeBack(raised);
    expect([await status(), await status()]).toEqual([200, 429]);
  });

  test("of a budget for each holds for every instance (law 8)", async () => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget({ kind: "customer", id: "*" }, { unit: "requests", limit: 1 });
    const statuses = async () => {
      const found: number[] = [];
      for (const customer of ["a", "b"]) {
        const headers = { "x-tollgate-customer": customer };
        found.push((await org.call(key, { body: BODY, headers })).status);
      }
      return found;
    };
    expect([await statuses(), await statuses()]).toEqual([
      [200, 200],
      [429, 429],
    ]);
    await org.adjust(budget, { amount: 1 });
    expect([await statuses(), await statuses()]).toEqual([
      [200, 200],
      [429, 429],
    ]);
  });
}
