import { afterAll, beforeAll, expect, test } from "vitest";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { OPENAI, requestOf } from "../../support/gate-dialects.ts";
import { callAndLeave } from "../../support/leave.ts";
import type { RawWorker } from "../../support/raw-worker.ts";

export function clientsWhoLeave(rigOf: () => FaultGate, start: () => Promise<RawWorker>): void {
  let worker: RawWorker;
  beforeAll(async () => {
    worker = await start();
  });
  afterAll(() => worker.kill());

  test("what was held for a client who is gone is given back, and nothing is sent (R10, law 4)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    rig.proxy.on("reserve", { slow: 500 }, { about: key.id });
    const call = callAndLeave(worker.url + OPENAI.path, requestOf(key, OPENAI, { call: key.id }));
    const reserve = await rig.proxy.waitFor(({ name, body }) => name === "reserve" && body.includes(key.id));
    call.leave();
    await rig.proxy.waitFor((message) => message === reserve && message.ran);
    // Its release names no key but the hold's own id, which the reserve brought.
    const [holdId = ""] = /hold_[0-9a-z]+/.exec(reserve.body) ?? [];
    await rig.proxy.waitFor(({ name, body, ran }) => name === "release" && body.includes(holdId) && ran);
    await expectExactBooks(rig, key, 0n);
    expect(await rig.rest.ledger(key.id)).toEqual([]);
    expect(rig.provider.requests.some(({ headers }) => headers["x-call"] === key.id)).toBe(false);
  });
}
