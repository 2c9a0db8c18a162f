import { describe, expect, test } from "vitest";
import { expectExactBooks } from "../../support/gate-books.ts";
import {
  ANTHROPIC,
  costOf,
  OPENAI,
  requestIdOf,
  send,
  STREAM_DIALECTS,
  upstreamEnd,
} from "../../support/gate-dialects.ts";
import type { Gate } from "../../support/gate.ts";
import { readUntil } from "../../support/read-until.ts";
import type { Scenario } from "../../support/scripted-provider.ts";
import { bytesOf, expectCostOfWhatWasSeen, whatAnthropicStarts } from "./partial-cost.ts";

export function streams(rigOf: () => Gate): void {
  describe.each(STREAM_DIALECTS)("$name", (dialect) => {
    const open = async (scenario: Scenario) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const response = await send(rig, key, dialect, { stream: true, scenario, call: key.id });
      return { rig, key, response };
    };

    test("a whole stream is settled at the provider's usage, and reaches the client as it was sent (laws 4, 5)", async () => {
      const { rig, key, response } = await open({ usage: dialect.usage(100, 50), splitBytes: 37 });
      const received = await response.text();
      const { sent } = await upstreamEnd(rig, key.id);
      // What the gate asked for by itself, the client doesn't see.
      const shown = dialect === OPENAI ? withoutUsageChunk(sent.toString()) : sent.toString();
      expect(received).toBe(shown);
      const cost = costOf(dialect, 100, 50);
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "completed",
        status: 200,
        cost,
        estimated: false,
        usage: { input_total: 100, output_total: 50 },
      });
      await expectExactBooks(rig, key, cost);
    });

    test("metering delays nothing: the first chunk is there before the provider sends the second", async () => {
      const stop = `first-chunk-${dialect.name}`;
      const scenario = { usage: dialect.usage(100, 50), chunks: 3, gate: stop, gateAfter: 1 };
      const { rig, key, response } = await open(scenario);
      const rest = await readUntil(response, "tok ");
      const upstream = rig.provider.requests.find(({ headers }) => headers["x-call"] === key.id);
      expect(upstream).toMatchObject({ chunksSent: 1, outcome: "pending" });
      rig.provider.open(stop);
      await rest.end();
      await rig.rest.settledRequest(requestIdOf(response));
      await expectExactBooks(rig, key, costOf(dialect, 100, 50));
    });

    test.each([429, 503])("a provider's %i passes unchanged and costs nothing", async (status) => {
      const { rig, key, response } = await open({ status });
      expect(response.status).toBe(status);
      expect(await response.text()).toBe((await upstreamEnd(rig, key.id)).sent.toString());
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "provider_error",
        status,
        cost: 0n,
      });
      await expectExactBooks(rig, key, 0n);
    });

    test("an error event inside a stream passes, and what was generated before it is charged (R26)", async () => {
      const scenario = { ...whatAnthropicStarts(dialect), chunks: 10, errorEventAfter: 6 };
      const { rig, key, response } = await open(scenario);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe((await upstreamEnd(rig, key.id)).sent.toString());
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "provider_error", status: 200, estimated: true });
      expectCostOfWhatWasSeen(dialect, seen, { least: bytesOf(6), most: bytesOf(6) });
      await expectExactBooks(rig, key, seen.cost);
    });

    test("a stream that is cut is charged at what was seen of it, and the client hears of the cut (R26)", async () => {
      const { rig, key, response } = await open({
        ...whatAnthropicStarts(dialect),
        chunks: 10,
        cutAfter: 6,
      });
      await expect(response.text()).rejects.toThrow("terminated");
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "cut", status: 200, estimated: true });
      // What was on its way when the connection broke may be lost with it.
      expectCostOfWhatWasSeen(dialect, seen, { least: 0, most: bytesOf(6) });
      await expectExactBooks(rig, key, seen.cost);
    });

    test("a stream that is cut after it stated its usage so far is charged at that", async () => {
      const scenario = { usage: dialect.usage(100, 1_000), chunks: 10, usageInEveryChunk: true, cutAfter: 6 };
      const stop = `cut-${dialect.name}`;
      const { rig, key, response } = await open({ ...scenario, gate: stop, gateAfter: 6 });
      // All that was sent has arrived before the cut.
      const rest = await readUntil(response, "tok ", 6);
      rig.provider.open(stop);
      await expect(rest.end()).rejects.toThrow("terminated");
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "cut", usage: { input_total: 100 } });
      // Anthropic's own start already states the whole in this scenario, and the latest statement counts.
      expect(seen).toMatchObject({ cost: costOf(dialect, 100, 600), estimated: true });
      await expectExactBooks(rig, key, seen.cost);
    });

    test("a stream that goes silent is given up after the provider's time-out, and charged at what was seen", async () => {
      const { rig, key, response } = await open({
        ...whatAnthropicStarts(dialect),
        chunks: 10,
        hangAfter: 6,
      });
      await expect(response.text()).rejects.toThrow("terminated");
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("peer_closed");
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "timeout", status: 200, estimated: true });
      expectCostOfWhatWasSeen(dialect, seen, { least: bytesOf(6), most: bytesOf(6) });
      await expectExactBooks(rig, key, seen.cost);
    });

    test("a provider that doesn't begin in time is a 504 that costs nothing", async () => {
      const { rig, key, response } = await open({ hangBefore: true });
      expect(response.status).toBe(504);
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "timeout",
        status: 504,
        cost: 0n,
      });
      await expectExactBooks(rig, key, 0n);
    });

    test("a provider that breaks off before it begins is a 502 that costs nothing", async () => {
      const { rig, key, response } = await open({ destroyBeforeHeaders: true });
      expect(response.status).toBe(502);
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "provider_unreachable",
        status: 502,
        cost: 0n,
      });
      await expectExactBooks(rig, key, 0n);
    });
  });

  test.each(STREAM_DIALECTS.filter(({ price }) => price === OPENAI.price))(
    "$name: an error event before anything was generated costs nothing",
    async (dialect) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const scenario = { chunks: 3, errorEventAfter: 0 };
      const response = await send(rig, key, dialect, { stream: true, scenario });
      await response.text();
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "provider_error",
        cost: 0n,
      });
      await expectExactBooks(rig, key, 0n);
    },
  );

  test.each(STREAM_DIALECTS.filter(({ price }) => price === OPENAI.price))(
    "$name: a stream without [DONE] is complete if every choice finished and usage was stated",
    async (dialect) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const scenario = { usage: dialect.usage(100, 50), noDone: true };
      const response = await send(rig, key, dialect, { stream: true, scenario });
      await response.text();
      const cost = costOf(dialect, 100, 50);
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "completed",
        cost,
        estimated: false,
      });
      await expectExactBooks(rig, key, cost);
    },
  );

  test.each(STREAM_DIALECTS.filter(({ price }) => price === OPENAI.price))(
    "$name: a stream that ends with neither [DONE] nor usage was cut, and is charged at what was seen",
    async (dialect) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const scenario = { chunks: 6, noUsage: true, noDone: true };
      const response = await send(rig, key, dialect, { stream: true, scenario });
      await response.text();
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome: "cut", estimated: true });
      expectCostOfWhatWasSeen(dialect, seen, { least: bytesOf(6), most: bytesOf(6) });
      await expectExactBooks(rig, key, seen.cost);
    },
  );

  test("Anthropic: a stream that ends with no message_stop was cut, and is charged at what was seen", async () => {
    const rig = rigOf();
    const key = await rig.createKey();
    const events = [
      { type: "message_start", message: { model: "claude-sonnet-4-5", usage: ANTHROPIC.usage(100, 1) } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "tok ".repeat(6) } },
    ];
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    const headers = { "content-type": "text/event-stream" };
    const response = await send(rig, key, ANTHROPIC, { stream: true, scenario: { body, headers } });
    expect(await response.text()).toBe(body);
    const seen = await rig.rest.settledRequest(requestIdOf(response));
    expect(seen).toMatchObject({ outcome: "cut", status: 200, estimated: true });
    expectCostOfWhatWasSeen(ANTHROPIC, seen, { least: bytesOf(6), most: bytesOf(6) });
    await expectExactBooks(rig, key, seen.cost);
  });
}

function withoutUsageChunk(stream: string): string {
  return stream
    .split(/(?<=\n\n)/)
    .filter((event) => !event.includes('"choices":[]'))
    .join("");
}
