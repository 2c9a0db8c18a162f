import { expect, test } from "vitest";
import { call } from "../../support/e2e-calls.ts";
import { costOfTokens, usageOf } from "../../support/e2e-small-calls.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import type { RawWorker } from "../../support/raw-worker.ts";

const ROUNDS = 4;
const CALLS_EACH = 4;
/** Round after round of cold Workers: on a busy machine that takes longer than a test may by default. */
const PATIENT = { timeout: 120_000 };

export function lostCounters(rigOf: () => FaultGate, workersOf: () => RawWorker[]): void {
  test(
    "several Workers that rebuild a lost counter at once count what was spent once, failures and all (laws 4, 9)",
    PATIENT,
    async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      const cost = costOfTokens(20, 30);
      // No output limit: each holds its model's longest answer, which made it worse.
      const body = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] };
      const whole = { usage: usageOf(20, 30) };
      let completed = 0;
      for (let round = 0; round < ROUNDS; round++) {
        await rig.emptyRedis();
        const answers = await Promise.all(
          workersOf().flatMap(({ url }) =>
            Array.from({ length: CALLS_EACH }, (_, n) =>
              call(
                { ...rig, url },
                { secret: key.secret, body, scenario: n === 0 ? { status: 500 } : whole },
              ),
            ),
          ),
        );
        for (const { status, requestId } of answers) {
          expect([200, 500]).toContain(status);
          await rig.rest.settledRequest(requestId);
        }
        completed += answers.filter(({ status }) => status === 200).length;
        await expectExactBooks(rig, key, BigInt(completed) * cost);
      }
      expect(completed).toBe(ROUNDS * workersOf().length * (CALLS_EACH - 1));
    },
  );
}
