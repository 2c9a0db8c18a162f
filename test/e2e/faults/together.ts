import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewKey } from "../../support/e2e-rest.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import type { Fate, Message } from "../../support/fault-proxy.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, OPENAI, requestIdOf, requestOf, send } from "../../support/gate-dialects.ts";
import { callAndLeave } from "../../support/leave.ts";
import type { RawWorker } from "../../support/raw-worker.ts";

const CALLS = 12;
const COST = costOf(OPENAI, 100, 50);
const scenario = { usage: OPENAI.usage(100, 50) };
/** Long enough for all others to come meanwhile, and to be answered. */
const SLOW: Fate = { slow: 1_000 };

export function scriptsThatGoTogether(rigOf: () => FaultGate, start: () => Promise<RawWorker>): void {
  let worker: RawWorker;
  beforeAll(async () => {
    worker = await start();
  });
  afterAll(() => worker.kill());

  const call = (key: NewKey) => send(worker, key, OPENAI, { scenario });
  const reservesOf = ({ id }: NewKey) => {
    const isOne = ({ name, body }: Message) => name === "reserve" && body.includes(id);
    return rigOf().proxy.messages.filter(isOne);
  };
  /** One that the isolate knows, so that a call is one reserve and one settle. */
  async function knownKey(): Promise<NewKey> {
    const key = await rigOf().createKey();
    await rigOf().rest.settledRequest(requestIdOf(await call(key)));
    return key;
  }
  async function expectSettled(key: NewKey, answers: Response[]): Promise<void> {
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const answer of answers) await rigOf().rest.settledRequest(requestIdOf(answer));
    const calls = answers.length + 1;
    await expectExactBooks(rigOf(), key, BigInt(calls) * COST);
    expect(await rigOf().rest.ledger(key.id)).toHaveLength(calls);
  }
  /** Its reserve is on the way for long: what comes behind it goes together. */
  async function slowCall(key: NewKey): Promise<Promise<Response>[]> {
    const before = reservesOf(key).length;
    rigOf().proxy.on("reserve", SLOW, { about: key.id });
    const answer = call(key);
    await rigOf().proxy.waitFor(() => reservesOf(key).length > before);
    return [answer];
  }

  test("behind a slow request wait for it only a moment, go in few requests, and each takes effect once (laws 4, 5)", async () => {
    const [slow, key] = [await knownKey(), await knownKey()];
    const first = await slowCall(slow);
    const answers = await Promise.all(Array.from({ length: CALLS }, () => call(key)));
    expect(reservesOf(slow).at(-1)?.ran).toBe(false);
    expect(reservesOf(key).some(({ together }) => together > 1)).toBe(true);
    await expectSettled(key, answers);
    await expectSettled(slow, await Promise.all(first));
  });

  test.each(["lose_request", "lose_reply", "error"] as const)(
    "in a request that meets with %s take effect once each, by requests of their own (laws 4, 5, R25)",
    async (fate) => {
      const [slow, key] = [await knownKey(), await knownKey()];
      const before = reservesOf(key).length;
      const first = await slowCall(slow);
      rigOf().proxy.on("reserve", fate, { about: key.id });
      const answers = await Promise.all(Array.from({ length: CALLS }, () => call(key)));
      const sent = reservesOf(key).slice(before);
      expect(sent.length).toBeGreaterThan(CALLS);
      expect(sent.some(({ together }) => together > 1)).toBe(true);
      await expectSettled(key, answers);
      await expectSettled(slow, await Promise.all(first));
    },
  );

  test("are sent and answered though the client of the call that sends them leaves", async () => {
    const [slow, key, leaver] = [await knownKey(), await knownKey(), await knownKey()];
    const first = await slowCall(slow);
    rigOf().proxy.on("reserve", SLOW, { about: leaver.id });
    const before = reservesOf(leaver).length;
    const leaving = callAndLeave(worker.url + OPENAI.path, requestOf(leaver, OPENAI, { scenario }));
    const others = Array.from({ length: CALLS }, () => call(key));
    await rigOf().proxy.waitFor(() => reservesOf(leaver).length > before);
    leaving.leave();
    expect(reservesOf(leaver).at(-1)?.ran).toBe(false);
    await expectSettled(key, await Promise.all(others));
    await expectSettled(slow, await Promise.all(first));
    await expectExactBooks(rigOf(), leaver, COST);
  });
}
