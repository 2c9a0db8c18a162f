import { expect, test } from "vitest";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, OPENAI, requestIdOf, send, upstreamOf } from "../../support/gate-dialects.ts";

const COST = costOf(OPENAI, 100, 50);
const usage = OPENAI.usage(100, 50);

export function lostMemory(rigOf: () => FaultGate): void {
  test("between calls: what was spent is still spent, and enforced (laws 4, 9)", async () => {
    const rig = rigOf();
    // Two calls of 45,000 nano-USD each use it up, and half a call is left.
    const key = await rig.rest.createKey([{ limit: "0.000100" }]);
    const { id } = key.budgets[0] ?? { id: "" };
    const call = () => send(rig, key, OPENAI, { scenario: { usage }, maxTokens: 50 });
    await rig.rest.settledRequest(requestIdOf(await call()));
    await rig.emptyRedis();
    expect(await rig.rest.budget(id)).toMatchObject({ spent: COST, held: 0n });
    await rig.emptyRedis();
    await rig.rest.settledRequest(requestIdOf(await call()));
    await rig.emptyRedis();
    const refused = await call();
    expect(refused.status).toBe(402);
    expect(await refused.json()).toMatchObject({
      tollgate: { code: "budget_exceeded", budget: { spent: "0.00009", held: "0.00" } },
    });
    await expectExactBooks(rig, key, 2n * COST);
  });

  test("while calls are in flight: each settles at its cost, once (laws 4, 5, 9)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const gate = "emptied-in-flight";
    const numbers = [1, 2, 3, 4, 5, 6];
    const inFlight = numbers.map((n) =>
      send(rig, key, OPENAI, { scenario: { usage, gate }, call: `${key.id}-${n}` }),
    );
    await Promise.all(numbers.map((n) => upstreamOf(rig, `${key.id}-${n}`)));
    await rig.emptyRedis();
    // One comes in between, on books that know nothing of the six.
    const between = await send(rig, key, OPENAI, { scenario: { usage } });
    rig.provider.open(gate);
    const responses = [between, ...(await Promise.all(inFlight))];
    for (const response of responses) {
      expect(response.status).toBe(200);
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "completed",
        cost: COST,
      });
    }
    await expectExactBooks(rig, key, 7n * COST);
    expect(await rig.rest.ledger(key.id)).toHaveLength(7);
  });

  test("again and again under concurrent calls: never a multiple of what was spent (R4, law 9)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const responses: Response[] = [];
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 6 }, () => send(rig, key, OPENAI, { scenario: { usage } }));
      await rig.emptyRedis();
      responses.push(...(await Promise.all(calls)));
    }
    const answered = responses.filter(({ status }) => status === 200);
    // Nothing knows of a call whose hold was lost until it is in the ledger.
    await until("each call to be booked", async () =>
      (await rig.rest.ledger(key.id)).length === answered.length ? true : undefined,
    );
    // A call that was never admitted, because its books were lost too often meanwhile, says so.
    expect(responses.every(({ status }) => status === 200 || status === 503)).toBe(true);
    await expectExactBooks(rig, key, BigInt(answered.length) * COST);
  });
}
