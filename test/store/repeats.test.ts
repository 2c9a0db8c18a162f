import { expect, test } from "vitest";
import type { RunCommand } from "../../src/store/redis.ts";
import { createStore } from "../../src/store/store.ts";
import { LEASE_MS, line, openOrganization, T0 } from "./organization.ts";
import { onEachEngine, withoutSleep } from "./stores.ts";

/** A network that delivers, and loses the first reply. */
function loseFirstReply(run: RunCommand): RunCommand {
  let lost = false;
  return async (command) => {
    const reply = await run(command);
    if (lost) return reply;
    lost = true;
    throw new Error("the connection broke off");
  };
}

onEachEngine("what is sent twice", (opened) => {
  test("law 5, R3: a reserve with the same id answers again, and holds once", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    expect(await org.reserve("h1", 40)).toEqual({
      kind: "again",
      state: "h",
      amountNanoUsd: 40,
      lines: [{ counter: "b1", periodStartMs: T0, amount: 40, onLapse: "c" }],
    });
    expect(await org.counter()).toEqual([0, 40]);
  });

  test("law 5: a reserve whose reply was lost is sent again, held once, and the caller knows how often", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 1); // Redis knows the script: the next command is the one that runs it.
    const store = createStore(loseFirstReply(opened().run), withoutSleep);
    const again = await store.reserve({
      organizationId: org.org,
      epoch: 1,
      nowMs: T0,
      leaseMs: LEASE_MS,
      holdId: "h2",
      policies: [],
      lines: [line("b1")],
      want: 40,
      tight: 40,
      least: 40,
      facts: "{}",
    });
    expect(again).toMatchObject({ unanswered: 1, reply: { kind: "again", state: "h", amountNanoUsd: 40 } });
    expect(await org.counter()).toEqual([0, 41]);
  });

  test("law 5, R7: a settle sent twice, with another cost the second time, is booked once", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    const first = await org.settle("h1", 25);
    expect(first).toMatchObject({ kind: "ok", state: "s", sequence: { epoch: 1, n: 1 } });
    expect(await org.settle("h1", 39, { lines: [{ counter: "b1" }] })).toEqual({ ...first, head: null });
    expect(await org.counter()).toEqual([25, 0]);
    expect((await org.read()).outbox).toHaveLength(1);
  });

  test("law 5: a release sent twice gives back once, and a settle after it changes nothing", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.reserve("h2", 30);
    const released = { kind: "ok", state: "r", sequence: { epoch: 0, n: 0 }, head: null };
    expect(await org.release("h1")).toEqual(released);
    expect(await org.release("h1")).toEqual(released);
    expect(await org.settle("h1", 12, { lines: [{ counter: "b1" }] })).toEqual(released);
    expect(await org.counter()).toEqual([0, 30]);
    expect((await org.read()).outbox).toEqual([]);
  });

  test("law 5: a reserve after its release is told so, and holds nothing", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.release("h1");
    expect(await org.reserve("h1", 40)).toMatchObject({ kind: "again", state: "r" });
    expect(await org.counter()).toEqual([0, 0]);
  });

  test("law 5: a lapse sent twice charges once", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    expect(await org.lapse(["h1"], T0 + LEASE_MS)).toMatchObject({ lapsed: 1, swept: 0 });
    expect(await org.lapse(["h1"], T0 + LEASE_MS)).toMatchObject({ lapsed: 0, swept: 0 });
    expect(await org.counter()).toEqual([40, 0]);
  });

  test("law 5: a reserve that comes when its hold may have been swept is late, to the millisecond", async () => {
    const org = await openOrganization(opened());
    await org.reserve("h1", 40);
    await org.settle("h1", 25);
    expect(await org.lapse(["h1"], T0 + LEASE_MS)).toMatchObject({ swept: 1 });
    expect(await org.reserve("h1", 40)).toEqual({ kind: "late" });
    expect(await org.reserve("h2", 40, { lines: [line("b1")], nowMs: T0 + 1 })).toMatchObject({ kind: "ok" });
    expect(await org.counter()).toEqual([25, 40]);
  });

  test("law 4, R10: a refused reserve that came twice holds nothing, and its release finds nothing to give back", async () => {
    const org = await openOrganization(opened(), { b1: 90 });
    await org.reserve("h1", 40);
    const booked = { amountNanoUsd: 0, epoch: 1, metaNowMs: 0 };
    expect(await org.release("h1", { lines: [{ counter: "b1" }], booked })).toMatchObject({ state: "r" });
    expect(await org.reserve("h1", 5)).toMatchObject({ kind: "again", state: "r" });
    expect(await org.counter()).toEqual([90, 0]);
  });
});
