import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewKey } from "../../support/e2e-rest.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import type { Message } from "../../support/fault-proxy.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, OPENAI, requestIdOf, requestOf, send } from "../../support/gate-dialects.ts";
import { callAndLeave } from "../../support/leave.ts";
import type { RawWorker } from "../../support/raw-worker.ts";

/** Enough that some come while others are under way, however slow the machine is. */
const CALLS = 40;
const COST = costOf(OPENAI, 100, 50);
const scenario = { usage: OPENAI.usage(100, 50) };
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
  /** Its reserve hangs until it is given up: what comes behind it goes together. */
  async function hangingCall(key: NewKey): Promise<{ hung: Message; answers: Promise<Response>[] }> {
    const { proxy } = rigOf();
    const before = reservesOf(key).length;
    proxy.on("reserve", "hang", { about: key.id });
    const answer = call(key);
    const isHung = ({ name, body }: Message) =>
      name === "reserve" && body.includes(key.id) && reservesOf(key).length > before;
    await proxy.waitFor(isHung);
    const [hung] = reservesOf(key).slice(before);
    if (!hung) throw new Error("a reserve was sent");
    return { hung, answers: [answer] };
  }

  test("behind a request that hangs wait for it only a moment, go in few requests, and each takes effect once (laws 4, 5)", async () => {
    const [other, key] = [await knownKey(), await knownKey()];
    const { hung, answers: others } = await hangingCall(other);
    const answers = await Promise.all(Array.from({ length: CALLS }, () => call(key)));
    expect(hung).toMatchObject({ ran: false, together: 1 });
    expect(reservesOf(key).some(({ together }) => together > 1)).toBe(true);
    await expectSettled(key, answers);
    await expectSettled(other, await Promise.all(others));
  });

  test.each(["lose_request", "lose_reply", "error"] as const)(
    "in a request that meets with %s take effect once each, by requests of their own (laws 4, 5, R25)",
    async (fate) => {
      const [other, key] = [await knownKey(), await knownKey()];
      const before = reservesOf(key).length;
      const { answers: others } = await hangingCall(other);
      rigOf().proxy.on("reserve", fate, { about: key.id });
      const answers = await Promise.all(Array.from({ length: CALLS }, () => call(key)));
      const sent = reservesOf(key).slice(before);
      expect(sent.length).toBeGreaterThan(CALLS);
      expect(sent.some(({ together }) => together > 1)).toBe(true);
      await expectSettled(key, answers);
      await expectSettled(other, await Promise.all(others));
    },
  );

  test("are sent and answered though the client of the call that sends them leaves", async () => {
    const [key, leaver] = [await knownKey(), await knownKey()];
    const { proxy } = rigOf();
    proxy.on("reserve", { slow: 500 }, { about: leaver.id });
    const before = reservesOf(leaver).length;
    const leaving = callAndLeave(worker.url + OPENAI.path, requestOf(leaver, OPENAI, { scenario }));
    await proxy.waitFor(() => reservesOf(leaver).length > before);
    const others = Array.from({ length: CALLS }, () => call(key));
    leaving.leave();
    const answers = await Promise.all(others);
    expect(reservesOf(leaver).length).toBe(before + 1);
    await expectSettled(key, answers);
  });
}
