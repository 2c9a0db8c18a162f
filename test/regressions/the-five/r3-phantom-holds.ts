import { expect, test } from "vitest";
import { sumOf, usdOf } from "../../support/e2e-money.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, OPENAI, requestIdOf, requestOf, send } from "../../support/gate-dialects.ts";
import { readUntil } from "../../support/read-until.ts";
import type { Scenario } from "../../support/scripted-provider.ts";

const MAX_TOKENS = 100;
const ROUNDS = 2;
/** So often a message is sent before its sender gives up. */
const EVERY_ATTEMPT = 4;
/** It makes many calls, one after another: on a busy machine that takes longer than a test may by default. */
const PATIENT = { timeout: 120_000 };

export function phantomHolds(rigOf: () => FaultGate): void {
  test(
    "calls that end badly, round after round, leave nothing that refuses the next one (laws 4, 12)",
    PATIENT,
    async () => {
      const rig = rigOf();
      const { rest } = rig;
      const { body } = requestOf({ secret: "" }, OPENAI, { stream: true, maxTokens: MAX_TOKENS });
      const widest = costOf(OPENAI, body.length, MAX_TOKENS);
      const key = await rest.createKey([{ limit: "1" }], { when_short: "reject" });
      const [{ id } = { id: "" }] = key.budgets;
      /** Room for one call at a time, and for what it may leave spent: a hold that stayed would refuse the next. */
      const makeRoomForOne = async () => {
        const { spent } = await rest.budget(id);
        await rest.changeBudget(id, { limit: usdOf(spent + widest + widest / 3n) });
      };
      const costs = async () => sumOf((await rest.ledger(key.id)).map(({ amount }) => amount));

      const call = (scenario: Scenario, stream = false) =>
        send(rig, key, OPENAI, { scenario, stream, maxTokens: MAX_TOKENS });
      const whole = { usage: OPENAI.usage(1, 1) };
      const badEnds: (() => Promise<Response>)[] = [
        () => call({ status: 500 }),
        () => call({ status: 429 }),
        () => call({ destroyBeforeHeaders: true }),
        () => call({ chunks: 3, errorEventAfter: 1 }, true),
        () => call({ chunks: 3, cutAfter: 1 }, true),
        () => {
          rig.proxy.on("settle", "lose_reply", { about: key.id });
          return call(whole);
        },
        () => {
          rig.proxy.on("settle", "lose_request", { about: key.id, times: EVERY_ATTEMPT });
          return call(whole);
        },
        () => {
          rig.proxy.on("reserve", "lose_reply", { about: key.id, times: EVERY_ATTEMPT });
          return call(whole);
        },
        () => leaveInMidStream(rig, key.secret),
      ];
      for (let round = 0; round < ROUNDS; round++) {
        for (const end of badEnds) {
          await makeRoomForOne();
          const response = await end();
          expect([200, 429, 500, 502, 503]).toContain(response.status);
          await response.text().catch(() => undefined); // Some of them break off.
          // As a client does that is told to try again: shortly, not when a lease of 15 minutes has ended.
          const next = await until("the next call to be admitted", async () => {
            const answer = await call(whole);
            if (answer.status === 200) return answer;
            expect(await answer.json()).toMatchObject({ tollgate: { code: "budget_held" } });
            return undefined;
          });
          await rest.settledRequest(requestIdOf(next));
        }
      }
      await expectExactBooks(rig, key, await costs());
      expect(
        await until("no hold of its calls", async () => {
          const held = (await rest.holds("held")).filter(({ key_id }) => key_id === key.id);
          return held.length === 0 ? held : undefined;
        }),
      ).toEqual([]);
    },
  );
}

async function leaveInMidStream(rig: FaultGate, secret: string): Promise<Response> {
  const client = new AbortController();
  const scenario = { chunks: 30, chunkDelayMs: 10 };
  const response = await send(rig, { secret }, OPENAI, {
    scenario,
    stream: true,
    maxTokens: MAX_TOKENS,
    signal: client.signal,
  });
  const rest = await readUntil(response, "tok ", 2);
  client.abort();
  await rest.end().catch(() => undefined); // That it broke off is what the client wanted.
  return new Response(null, { status: response.status });
}
