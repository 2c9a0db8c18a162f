import { describe, expect, test } from "vitest";
import type { NewKey } from "../../support/e2e-rest.ts";
import { hiddenTokens } from "../../../src/gate/hidden-time.ts";
import { expectExactBooks, onlyRequest } from "../../support/gate-books.ts";
import {
  ANTHROPIC,
  costOf,
  OPENAI,
  requestOf,
  STREAM_DIALECTS,
  upstreamEnd,
  upstreamOf,
} from "../../support/gate-dialects.ts";
import type { Gate } from "../../support/gate.ts";
import { callAndLeave, type LeavingCall } from "../../support/leave.ts";
import type { RawWorker } from "../../support/raw-worker.ts";
import type { Scenario } from "../../support/scripted-provider.ts";
import { bytesOf, expectCostOfWhatWasSeen, tokensOf, whatAnthropicStarts } from "./partial-cost.ts";

// Nothing is being sent when the client leaves, so it is the runtime that must say so.

interface Workers {
  /** Cuts off a second after its client left. */
  short: RawWorker;
  /** Its grace and time-out are longer than any test. */
  patient: RawWorker;
}

const WITHIN_REACH = STREAM_DIALECTS.map((dialect) => ({ dialect, name: dialect.name }));
const BEFORE_HEADERS = [
  { dialect: OPENAI, name: OPENAI.name, stream: false },
  { dialect: ANTHROPIC, name: ANTHROPIC.name, stream: false },
  { dialect: OPENAI, name: OPENAI.name, stream: true },
];

export function silentDisconnects(rigOf: () => Gate, workersOf: () => Workers): void {
  const start = async (
    { url }: RawWorker,
    { dialect, stream = true }: { dialect: (typeof WITHIN_REACH)[0]["dialect"]; stream?: boolean },
    scenario: Scenario,
    settings: object = {},
  ): Promise<{ rig: Gate; key: NewKey; call: LeavingCall }> => {
    const rig = rigOf();
    const key = await rig.createKey(settings);
    const call = callAndLeave(
      url + dialect.path,
      requestOf(key, dialect, { stream, scenario, call: key.id }),
    );
    return { rig, key, call };
  };

  describe.each(WITHIN_REACH)("$name, in mid-stream", ({ dialect }) => {
    const scenario = { ...whatAnthropicStarts(dialect), chunks: 10, hangAfter: 2 };

    test("cut off when the grace is over, and charged at what was seen (R10)", async () => {
      const { rig, key, call } = await start(workersOf().short, { dialect }, scenario);
      await call.textWith("tok ", 2);
      call.leave();
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("peer_closed");
      const seen = await onlyRequest(rig, key);
      expect(seen).toMatchObject({ outcome: "client_gone", status: 200, estimated: true });
      expectCostOfWhatWasSeen(dialect, seen, { least: bytesOf(2), most: bytesOf(2) });
      await expectExactBooks(rig, key, seen.cost);
    });

    test("on_disconnect abort: cut off at once, however long the grace", async () => {
      const settings = { on_disconnect: "abort" };
      const { rig, key, call } = await start(workersOf().patient, { dialect }, scenario, settings);
      await call.textWith("tok ", 2);
      call.leave();
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("peer_closed");
      const seen = await onlyRequest(rig, key);
      expect(seen).toMatchObject({ outcome: "client_gone", status: 200, estimated: true });
      expectCostOfWhatWasSeen(dialect, seen, { least: bytesOf(2), most: bytesOf(2) });
      await expectExactBooks(rig, key, seen.cost);
    });
  });

  test.each(BEFORE_HEADERS)(
    "$name, stream: $stream, before the provider answers: cut off when the grace is over, its input charged, and what it may have thought (R10)",
    async ({ dialect, stream }) => {
      const { rig, key, call } = await start(workersOf().short, { dialect, stream }, { hangBefore: true });
      await upstreamOf(rig, key.id);
      call.leave();
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("peer_closed");
      const seen = await onlyRequest(rig, key);
      expect(seen).toMatchObject({ outcome: "client_gone", status: null, estimated: true });
      const { input, output } = tokensOf(seen.usage);
      expect(output).toBeLessThanOrEqual(hiddenTokens(seen.duration_ms ?? 0));
      expect(seen.cost).toBe(costOf(dialect, input, output));
      await expectExactBooks(rig, key, seen.cost);
    },
  );

  test("a unary answer whose client left while it came is read to its end: completed at the true usage (R46)", async () => {
    const gate = "left-in-mid-answer";
    const scenario = { usage: OPENAI.usage(100, 50), chunks: 4, gate, gateAfter: 2 };
    const { rig, key, call } = await start(workersOf().patient, { dialect: OPENAI, stream: false }, scenario);
    await rig.provider.waitFor(({ headers, chunksSent }) => headers["x-call"] === key.id && chunksSent === 2);
    call.leave();
    rig.provider.open(gate);
    expect((await upstreamEnd(rig, key.id)).outcome).toBe("completed");
    const cost = costOf(OPENAI, 100, 50);
    expect(await onlyRequest(rig, key)).toMatchObject({ outcome: "completed", cost, estimated: false });
    await expectExactBooks(rig, key, cost);
  });
}
