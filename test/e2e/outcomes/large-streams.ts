import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { expectExactBooks } from "../../support/gate-books.ts";
import {
  costOf,
  OPENAI,
  OPENAI_USAGE_ASKED,
  requestIdOf,
  send,
  upstreamEnd,
} from "../../support/gate-dialects.ts";
import type { Gate } from "../../support/gate.ts";
import { processesUnder } from "../../support/process-tree.ts";
import { tokensOf } from "./partial-cost.ts";

const CHOICES = 64;
const TOKENS = 200_000;
const BYTES_PER_TOKEN = 4;
const HUGE_BYTES = CHOICES * TOKENS * BYTES_PER_TOKEN;
const HUGE = {
  stream: true,
  maxTokens: TOKENS,
  extra: { n: CHOICES },
  scenario: { fill: true, chunks: 50 },
};
/** What a collector of garbage may leave lying about; a Worker that kept the stream would hold all 51 MB of it. */
const MOST_GROWTH_BYTES = 35_000_000;
const LOOK_EACH_BYTES = 1_000_000;
const PROVIDER_TIMEOUT_MS = 2_000;
/** A client that reads this slowly takes longer for the stream than the provider's time-out. */
const PAUSES = 6;
const PAUSE_MS = 500;

export function largeStreams(rigOf: () => Gate): void {
  describe.each([OPENAI, OPENAI_USAGE_ASKED])("$name", (dialect) => {
    const open = async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      const response = await send(rig, key, dialect, { ...HUGE, call: key.id });
      const expectSettled = async () => {
        const { inputTokens } = (await upstreamEnd(rig, key.id)).billed;
        const cost = costOf(dialect, inputTokens, CHOICES * TOKENS);
        const seen = await rig.rest.settledRequest(requestIdOf(response));
        expect(seen).toMatchObject({ outcome: "completed", cost, estimated: false });
        await expectExactBooks(rig, key, cost);
      };
      return { rig, key, response, expectSettled };
    };

    test("a stream of 51 MB passes and is settled, and the Worker's memory doesn't grow with it", async () => {
      // The first one brings the Worker's heap to its usual size.
      const first = await open();
      await readAll(first.response);
      const { rig, response, expectSettled } = await open();
      const before = workerMemory(rig);
      let most = before;
      const received = await readAll(response, LOOK_EACH_BYTES, () => {
        most = Math.max(most, workerMemory(rig));
      });
      expect(received).toBeGreaterThan(HUGE_BYTES);
      expect(most - before).toBeLessThan(MOST_GROWTH_BYTES);
      await expectSettled();
    });

    test("a client that reads slowly still gets all of it, however long that takes", async () => {
      const { response, expectSettled } = await open();
      const received = await readAll(response, HUGE_BYTES / PAUSES, () => wait(PAUSE_MS));
      expect(received).toBeGreaterThan(HUGE_BYTES);
      await expectSettled();
    });

    test("a client that reads nothing holds back the provider, not memory, and is given up after the time-out", async () => {
      const { rig, key, response } = await open();
      const before = workerMemory(rig);
      await wait(PROVIDER_TIMEOUT_MS / 2);
      expect(workerMemory(rig) - before).toBeLessThan(MOST_GROWTH_BYTES);
      const upstream = await upstreamEnd(rig, key.id);
      expect(upstream.outcome).toBe("peer_closed");
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "timeout", estimated: true });
      const { input, output } = tokensOf(seen.usage);
      expect(output).toBeGreaterThan(0);
      expect(seen.cost).toBe(costOf(dialect, input, output));
      await expectExactBooks(rig, key, seen.cost);
      await response.body?.cancel();
    });
  });
}

/** Reads to the end, and stops for `each` whenever so many bytes more have come. Returns how many came. */
async function readAll(
  response: Response,
  eachBytes = Infinity,
  each: () => unknown = () => undefined,
): Promise<number> {
  let received = 0;
  let next = eachBytes;
  for await (const chunk of response.body ?? []) {
    received += chunk.length;
    if (received < next) continue;
    next += eachBytes;
    await each();
  }
  return received;
}

function workerMemory({ stack }: Gate): number {
  const workers = processesUnder(stack.pids["worker"] ?? 0, "workerd");
  return workers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
