import { describe, expect, test } from "vitest";
import { expectExactBooks, onlyRequest } from "../../support/gate-books.ts";
import {
  costOf,
  requestIdOf,
  send,
  STREAM_DIALECTS,
  UNARY_DIALECTS,
  upstreamEnd,
  upstreamOf,
} from "../../support/gate-dialects.ts";
import type { Gate } from "../../support/gate.ts";
import { readUntil } from "../../support/read-until.ts";
import type { Scenario } from "../../support/scripted-provider.ts";
import { bytesOf, expectCostOfWhatWasSeen, whatAnthropicStarts } from "./partial-cost.ts";

/** A stream of this many chunks, one each so many milliseconds, takes about half of the grace of one second. */
const SHORT = { chunks: 20, chunkDelayMs: 25 };
/** And one that takes far longer than it. */
const ENDLESS = { chunks: 400, chunkDelayMs: 25 };

export function disconnects(rigOf: () => Gate): void {
  describe.each(STREAM_DIALECTS)("$name, in mid-stream", (dialect) => {
    const leaveAfterTheSecondChunk = async (scenario: Scenario) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const client = new AbortController();
      const options = { scenario, stream: true, call: key.id, signal: client.signal };
      const response = await send(rig, key, dialect, options);
      const rest = await readUntil(response, "tok ", 2);
      client.abort();
      await expect(rest.end()).rejects.toThrow("aborted");
      return { rig, key, requestId: requestIdOf(response) };
    };

    test("the provider ends within the grace: completed at the true usage (R46)", async () => {
      const scenario = { ...SHORT, usage: dialect.usage(100, 50) };
      const { rig, key, requestId } = await leaveAfterTheSecondChunk(scenario);
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("completed");
      const cost = costOf(dialect, 100, 50);
      expect(await rig.rest.settledRequest(requestId)).toMatchObject({
        outcome: "completed",
        status: 200,
        cost,
        estimated: false,
      });
      await expectExactBooks(rig, key, cost);
    });

    test("the provider goes on beyond the grace: cut off, charged at what was seen (R10, R46)", async () => {
      const scenario = { ...ENDLESS, ...whatAnthropicStarts(dialect) };
      const { rig, key, requestId } = await leaveAfterTheSecondChunk(scenario);
      const upstream = await upstreamEnd(rig, key.id);
      expect(upstream.outcome).toBe("peer_closed");
      const seen = await rig.rest.settledRequest(requestId);
      expect(seen).toMatchObject({ outcome: "client_gone", status: 200, estimated: true });
      expectCostOfWhatWasSeen(dialect, seen, { least: bytesOf(2), most: bytesOf(upstream.chunksSent) });
      await expectExactBooks(rig, key, seen.cost);
    });
  });

  const unary = UNARY_DIALECTS.map((dialect) => ({ dialect, name: dialect.name, stream: false }));
  const streamed = STREAM_DIALECTS.map((dialect) => ({ dialect, name: dialect.name, stream: true }));
  test.each([...unary, ...streamed])(
    "$name, stream: $stream: a client leaves before the provider answers, which it does within the grace: completed at the true usage (R46)",
    async ({ dialect, stream, name }) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const client = new AbortController();
      const gate = `left-${name}-${stream}`;
      const scenario = { usage: dialect.usage(100, 50), gate };
      const answered = send(rig, key, dialect, { stream, scenario, call: key.id, signal: client.signal });
      await upstreamOf(rig, key.id);
      client.abort();
      await expect(answered).rejects.toThrow("aborted");
      rig.provider.open(gate);
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("completed");
      const cost = costOf(dialect, 100, 50);
      expect(await onlyRequest(rig, key)).toMatchObject({ outcome: "completed", cost, estimated: false });
      await expectExactBooks(rig, key, cost);
    },
  );
}
