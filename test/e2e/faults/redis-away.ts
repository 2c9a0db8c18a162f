import { afterEach, expect, test } from "vitest";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import {
  costOf,
  OPENAI,
  requestIdOf,
  send,
  UNARY_DIALECTS,
  upstreamOf,
} from "../../support/gate-dialects.ts";

const COST = costOf(OPENAI, 100, 50);
const usage = OPENAI.usage(100, 50);

export function redisAway(rigOf: () => FaultGate): void {
  afterEach(() => rigOf().proxy.back());

  test.each(UNARY_DIALECTS)(
    "$name: a call is refused with 503, says when to try again, and nothing is sent (law 14)",
    async (dialect) => {
      const rig = rigOf();
      const key = await rig.createKey();
      rig.proxy.away();
      const response = await send(rig, key, dialect, { call: key.id });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ tollgate: { code: "store_unavailable" } });
      expect(rig.provider.requests.some(({ headers }) => headers["x-call"] === key.id)).toBe(false);
      rig.proxy.back();
      await expectExactBooks(rig, key, 0n);
    },
  );

  test("calls in flight go on and answer, and are settled once Redis is back (laws 4, 12)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const gate = "redis-away";
    const inFlight = [1, 2, 3].map((n) =>
      send(rig, key, OPENAI, { scenario: { usage, gate }, call: `${key.id}-${n}` }),
    );
    await Promise.all([1, 2, 3].map((n) => upstreamOf(rig, `${key.id}-${n}`)));
    rig.proxy.away();
    rig.provider.open(gate);
    const responses = await Promise.all(inFlight);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    const settles = () =>
      rig.proxy.messages.filter(({ name, body }) => name === "settle" && body.includes(key.id));
    // Every attempt of all three.
    await rig.proxy.waitFor(() => settles().length >= 12);
    rig.proxy.back();
    for (const response of responses) {
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "completed",
        cost: COST,
      });
    }
    await expectExactBooks(rig, key, 3n * COST);
  });
}
