import { afterEach, describe, expect, test } from "vitest";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, OPENAI, requestIdOf, send } from "../../support/gate-dialects.ts";

const COST = costOf(OPENAI, 100, 50);
const scenario = { usage: OPENAI.usage(100, 50) };

export function postgresAway(rigOf: () => FaultGate): void {
  afterEach(() => rigOf().stack.failPostgres(undefined));

  describe.each(["error", "drop", "lose_reply"] as const)("%s", (mode) => {
    test("calls whose policies and counters Redis has go on, and are in the ledger afterwards (law 12)", async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      await send(rig, key, OPENAI, { scenario });
      rig.stack.failPostgres(mode);
      const responses = [];
      for (let call = 0; call < 4; call++) responses.push(await send(rig, key, OPENAI, { scenario }));
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      rig.stack.failPostgres(undefined);
      for (const response of responses) {
        expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({ cost: COST });
      }
      await expectExactBooks(rig, key, 5n * COST);
      expect(await rig.rest.ledger(key.id)).toHaveLength(5);
    });

    test("a call whose policies Redis doesn't have is refused with 503, and nothing is sent (law 14)", async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      await rig.emptyRedis();
      rig.stack.failPostgres(mode);
      const response = await send(rig, key, OPENAI, { call: key.id });
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).not.toBeNull();
      expect(await response.json()).toMatchObject({ tollgate: { code: "store_unavailable" } });
      expect(rig.provider.requests.some(({ headers }) => headers["x-call"] === key.id)).toBe(false);
      rig.stack.failPostgres(undefined);
      await expectExactBooks(rig, key, 0n);
    });
  });
}
