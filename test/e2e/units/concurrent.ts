import { expect, test } from "vitest";
import { call, CHAT_PATH, heldAt, refusalOf } from "../../support/e2e-calls.ts";
import { burst, rateLimitsOf } from "../../support/e2e-bursts.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import { callAndLeave } from "../../support/leave.ts";
import type { RawWorker } from "../../support/raw-worker.ts";
import { withScenario } from "../../support/scripted-provider.ts";

const SLOTS = 3;
const BODY = smallChat(10);

/** `start`: one more Worker on the rig's stores, with these bindings in place of its own. */
export function concurrent(
  rigOf: () => FaultGate,
  start: (bindings: Record<string, string>) => Promise<RawWorker>,
): void {
  test("admits as many at once as there are slots, and each slot again once its call is over (laws 2, 3, R61)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const budget = await org.createBudget(
      { kind: "customer", id: "*" },
      { unit: "concurrent", limit: SLOTS },
    );
    const headers = { "x-tollgate-customer": "busy" };
    for (const round of [1, 2]) {
      const gate = `slots-${round}`;
      const { admitted, refused, end } = await burst(rig, {
        calls: 10,
        gate,
        send: () => org.call(key, { body: BODY, headers, scenario: { gate, usage: usageOf(1, 1) } }),
      });
      expect(admitted).toBe(SLOTS);
      expect(await org.live(budget, "busy")).toMatchObject({ spent: 0n, held: BigInt(SLOTS), remaining: 0n });
      for (const answer of refused) {
        expect(answer.status).toBe(429);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(rateLimitsOf(answer, "ratelimit")).toEqual({ [budget]: { r: "0" } });
        expect(refusalOf(answer).tollgate).toMatchObject({
          code: "rate_limited",
          budget: { id: budget, unit: "concurrent", held: String(SLOTS), resets_at: null },
        });
      }
      for (const answer of await end()) {
        expect(rateLimitsOf(answer, "ratelimit-policy")).toEqual({
          [budget]: { q: String(SLOTS), qu: '"concurrent-requests"' },
        });
      }
      expect(await org.idle(budget, "busy")).toMatchObject({ spent: 0n, remaining: BigInt(SLOTS) });
    }
  });

  test.each([
    { how: "with an error of the provider's", scenario: { status: 500 } },
    { how: "with a provider that broke off", scenario: { destroyBeforeHeaders: true } },
    { how: "with an error inside a stream", scenario: { chunks: 4, errorEventAfter: 2 }, stream: true },
    { how: "with a stream that was cut", scenario: { chunks: 4, cutAfter: 2 }, stream: true },
  ])("frees the slot of a call that ended $how (law 4, R61)", async ({ scenario, stream = false }) => {
    const org = await createOrganization(rigOf());
    const key = await org.createKey();
    const budget = await org.createBudget(org.self, { unit: "concurrent", limit: 1 });
    // What it would have been answered is none of this test's.
    await org.call(key, { body: smallChat(10, { stream }), scenario }).catch(() => undefined);
    expect(await org.idle(budget)).toMatchObject({ spent: 0n });
    expect((await org.call(key, { body: BODY })).status).toBe(200);
  });

  test("frees the slot of a call whose provider never answers (law 4, R61)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const budget = await org.createBudget(org.self, { unit: "concurrent", limit: 1 });
    const worker = await start({ PROVIDER_TIMEOUT_SECONDS: "1" });
    const scenario = { hangBefore: true };
    const answer = await call({ ...rig, url: worker.url }, { secret: key.secret, body: BODY, scenario });
    expect(answer.status).toBe(504);
    expect(await org.idle(budget)).toMatchObject({ spent: 0n });
    expect((await org.call(key, { body: BODY })).status).toBe(200);
    await worker.kill();
  });

  test("frees the slot of a client who left (law 4, R61)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey({ on_disconnect: "abort" });
    const budget = await org.createBudget(org.self, { unit: "concurrent", limit: 1 });
    const leaving = callAndLeave(rig.url + CHAT_PATH, {
      headers: {
        authorization: `Bearer ${key.secret}`,
        "content-type": "application/json",
        ...withScenario({ chunks: 40, chunkDelayMs: 50 }),
      },
      body: JSON.stringify(smallChat(100, { stream: true })),
    });
    await leaving.textWith("data:", 2);
    expect((await org.call(key, { body: BODY })).status).toBe(429);
    leaving.leave();
    await until("the slot to be free", async () =>
      (await org.call(key, { body: BODY })).status === 200 ? true : undefined,
    );
    expect(await org.idle(budget)).toMatchObject({ spent: 0n });
  });

  test("frees the slot of a Worker that died, once its lease ended, and the call is charged in usd (laws 4, 12, R61)", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const slots = await org.createBudget(org.self, { unit: "concurrent", limit: 1 });
    const usd = await org.createBudget(org.self);
    const worker = await start({ HOLD_LEASE_SECONDS: "2" });
    const gate = "dies-with-a-slot";
    const lost = call({ ...rig, url: worker.url }, { secret: key.secret, body: BODY, scenario: { gate } });
    await until("the call to be in flight", () => heldAt(rig, gate)[0]);
    expect(await org.live(slots)).toMatchObject({ held: 1n });
    await Promise.all([expect(lost).rejects.toThrow("fetch failed"), worker.kill()]);
    await until("the slot to be free", async () =>
      (await org.call(key, { body: BODY })).status === 200 ? true : undefined,
    );
    rig.provider.open(gate);
    expect(await org.idle(slots)).toMatchObject({ spent: 0n });
    const kinds = (await org.ledger()).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(["lapsed", "settled"]);
    const sum = (await org.ledger()).reduce((sum, { amount }) => sum + amount, 0n);
    expect(await org.spent(usd)).toBe(sum);
  });
}
