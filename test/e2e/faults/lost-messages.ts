import { describe, expect, test } from "vitest";
import type { FaultGate } from "../../support/fault-gate.ts";
import type { Fate, MessageName } from "../../support/fault-proxy.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, OPENAI, requestIdOf, send, upstreamOf } from "../../support/gate-dialects.ts";

const COST = costOf(OPENAI, 100, 50);
const scenario = { usage: OPENAI.usage(100, 50) };
/** So often a message is sent before its sender gives up. */
const EVERY_ATTEMPT = 4;
/** Longer than a sender waits for a reply. */
const LATE_MS = 2_500;

export function lostMessages(rigOf: () => FaultGate): void {
  const fates: { what: string; fate: Fate }[] = [
    { what: "its request lost", fate: "lose_request" },
    { what: "its reply lost", fate: "lose_reply" },
    { what: "an error for an answer", fate: "error" },
    { what: "a slow answer", fate: { slow: 400 } },
  ];
  const names: MessageName[] = ["reserve", "settle"];

  describe.each(names)("a %s", (name) => {
    test.each(fates)("with $what takes effect exactly once (laws 4, 5, R25)", async ({ fate }) => {
      const rig = rigOf();
      const key = await rig.createKey();
      rig.proxy.on(name, fate, { about: key.id });
      const response = await send(rig, key, OPENAI, { scenario });
      expect(response.status).toBe(200);
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "completed", cost: COST });
      await expectExactBooks(rig, key, COST);
      expect(await rig.rest.ledger(key.id)).toHaveLength(1);
    });
  });

  test("a reserve whose first copy arrives after its call was settled holds nothing (law 5)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    rig.proxy.on("reserve", { late: LATE_MS }, { about: key.id });
    const response = await send(rig, key, OPENAI, { scenario });
    await rig.rest.settledRequest(requestIdOf(response));
    const isReserve = ({ name, body }: { name: string; body: string }) =>
      name === "reserve" && body.includes(key.id);
    const first = rig.proxy.messages.find(isReserve);
    expect(first?.ran).toBe(false);
    await rig.proxy.waitFor((message) => message === first && message.ran);
    await expectExactBooks(rig, key, COST);
  });

  test("a reserve that is never answered is refused, releases what it may hold, and sends nothing (laws 4, 14)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    rig.proxy.on("reserve", "lose_reply", { about: key.id, times: EVERY_ATTEMPT });
    const response = await send(rig, key, OPENAI, { call: key.id });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ tollgate: { code: "store_unavailable" } });
    expect(sentCalls(rig, key.id)).toBe(0);
    await expectExactBooks(rig, key, 0n);
  });

  test("a reserve that was refused after a copy without answer can't hold when that copy arrives (law 4)", async () => {
    const rig = rigOf();
    // Room for one call at a time, of which a clamp can't make two.
    const key = await rig.rest.createKey([{ limit: "0.001" }], { when_short: "reject" });
    const gate = "refused-after-no-answer";
    const other = send(rig, key, OPENAI, { scenario: { ...scenario, gate }, call: key.id });
    await upstreamOf(rig, key.id);
    const before = rig.proxy.messages.length;
    rig.proxy.on("reserve", { late: LATE_MS }, { about: key.id });
    const refused = await send(rig, key, OPENAI);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ tollgate: { code: "budget_held" } });
    rig.provider.open(gate);
    await rig.rest.settledRequest(requestIdOf(await other));
    // By now there is room for it, so nothing but the release keeps it out.
    const late = rig.proxy.messages.slice(before).find(({ name }) => name === "reserve");
    await rig.proxy.waitFor((message) => message === late && message.ran);
    await expectExactBooks(rig, key, COST);
  });

  test("a settle that no attempt gets through waits in Postgres, and a later call replays it (R25, laws 4, 12)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const later = await rig.createKey();
    rig.proxy.on("settle", "lose_request", { about: key.id, times: EVERY_ATTEMPT });
    const response = await send(rig, key, OPENAI, { scenario });
    expect(response.status).toBe(200);
    const attempts = () =>
      rig.proxy.messages.filter(({ name, body }) => name === "settle" && body.includes(key.id));
    await rig.proxy.waitFor(() => attempts().length === EVERY_ATTEMPT);
    // Any other key's call brings it home, with no read of this key's.
    const isReplayed = () => attempts().some(({ ran }) => ran);
    for (let call = 0; call < EVERY_ATTEMPT && !isReplayed(); call++) {
      await rig.rest.settledRequest(requestIdOf(await send(rig, later, OPENAI, { scenario })));
    }
    expect(isReplayed()).toBe(true);
    await rig.rest.settledRequest(requestIdOf(response));
    await expectExactBooks(rig, key, COST);
  });

  test("a settle that took effect, and of which no attempt was answered, is booked once (law 5)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    rig.proxy.on("settle", "lose_reply", { about: key.id, times: EVERY_ATTEMPT });
    const response = await send(rig, key, OPENAI, { scenario });
    await rig.rest.settledRequest(requestIdOf(response));
    await rig.proxy.waitFor(() => settlesOf(rig, key.id) >= EVERY_ATTEMPT);
    await expectExactBooks(rig, key, COST);
    expect(await rig.rest.ledger(key.id)).toHaveLength(1);
  });

  test.each(["drain", "trim"] as const)(
    "a %s with its reply lost books nothing twice (law 5)",
    async (name) => {
      const rig = rigOf();
      const key = await rig.createKey();
      // These name no call: whichever comes next.
      rig.proxy.on(name, "lose_reply", { about: "", times: 2 });
      const responses = await Promise.all([1, 2, 3, 4].map(() => send(rig, key, OPENAI, { scenario })));
      for (const response of responses) await rig.rest.settledRequest(requestIdOf(response));
      await expectExactBooks(rig, key, 4n * COST);
      expect(await rig.rest.ledger(key.id)).toHaveLength(4);
    },
  );
}

function sentCalls({ provider }: FaultGate, call: string): number {
  return provider.requests.filter(({ headers }) => headers["x-call"] === call).length;
}

function settlesOf({ proxy }: FaultGate, keyId: string): number {
  return proxy.messages.filter(({ name, body }) => name === "settle" && body.includes(keyId)).length;
}
