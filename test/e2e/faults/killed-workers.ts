import { expect, test } from "vitest";
import type { HoldSeen, NewKey } from "../../support/e2e-rest.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { ANTHROPIC, costOf, OPENAI, requestIdOf, send, upstreamOf } from "../../support/gate-dialects.ts";
import { sumOf } from "../../support/e2e-money.ts";
import type { RawWorker } from "../../support/raw-worker.ts";
import { readUntil } from "../../support/read-until.ts";

const COST = costOf(OPENAI, 100, 50);
const usage = OPENAI.usage(100, 50);

/** `start`: a Worker whose leases are two seconds. */
export function killedWorkers(rigOf: () => FaultGate, start: () => Promise<RawWorker>): void {
  test("its calls in flight lapse: charged at their holds, visible, and voidable (law 12)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const first = await start();
    // A unary call, and a stream that has answered in part.
    const unary = send(first, key, OPENAI, { scenario: { hangBefore: true }, call: key.id });
    const streamed = await send(first, key, ANTHROPIC, {
      stream: true,
      scenario: { chunks: 5, hangAfter: 2 },
    });
    await readUntil(streamed, "tok ", 2);
    await upstreamOf(rig, key.id);
    expect(await holdsOf(rig, key, "held")).toHaveLength(2);
    await Promise.all([expect(unary).rejects.toThrow("fetch failed"), first.kill()]);

    // A second Worker, as after a restart. A later call, of any key, or a read finds the leases ended.
    const second = await start();
    const entries = await until("both holds to lapse", async () => {
      const found = await rig.rest.ledger(key.id);
      return found.length === 2 ? found : undefined;
    });
    expect(entries.map(({ kind }) => kind)).toEqual(["lapsed", "lapsed"]);
    const charged = sumOf(entries.map(({ amount }) => amount));
    expect(charged).toBeGreaterThan(0n);
    await expectExactBooks(rig, key, charged);
    for (const { request_id, amount } of entries) {
      const seen = await rig.rest.settledRequest(request_id);
      expect(seen).toMatchObject({ outcome: "lapsed", estimated: true, cost: amount, hold: amount });
    }

    const lapsed = await holdsOf(rig, key, "lapsed");
    expect(sumOf(lapsed.map(({ amount }) => amount))).toBe(charged);
    // The operator knows that they cost nothing.
    for (const { id } of lapsed) await rig.rest.voidHold(id);
    await expectExactBooks(rig, key, 0n);
    expect(await holdsOf(rig, key, "lapsed")).toEqual([]);
    await second.kill();
  });

  test("a call that outlives its lease ends at its true cost (laws 4, 5)", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const worker = await start();
    const gate = "outlives-its-lease";
    const call = send(worker, key, OPENAI, {
      stream: true,
      scenario: { usage, chunks: 60, chunkDelayMs: 50, gate },
      call: key.id,
    });
    await upstreamOf(rig, key.id);
    rig.provider.open(gate);
    const response = await call;
    // Other calls and reads go on meanwhile, and so would lapse it.
    await until("the end of the stream", async () => {
      await rig.rest.key(key.id);
      const upstream = await upstreamOf(rig, key.id);
      return upstream.outcome === "completed" ? true : undefined;
    });
    await response.text();
    const requestId = requestIdOf(response);
    // What lapsed meanwhile is corrected by the settle.
    const seen = await until("the settle", async () => {
      const request = await rig.rest.settledRequest(requestId);
      return request.outcome === "lapsed" ? undefined : request;
    });
    expect(seen).toMatchObject({ outcome: "completed", cost: COST, estimated: false });
    await expectExactBooks(rig, key, COST);
    await worker.kill();
  });
}

async function holdsOf({ rest }: FaultGate, key: NewKey, state: "held" | "lapsed"): Promise<HoldSeen[]> {
  return (await rest.holds(state)).filter(({ key_id }) => key_id === key.id);
}
