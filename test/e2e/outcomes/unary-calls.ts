import { describe, expect, test } from "vitest";
import { nanoUsd } from "../../support/e2e-money.ts";
import { expectExactBooks } from "../../support/gate-books.ts";
import { costOf, requestIdOf, send, UNARY_DIALECTS, upstreamEnd } from "../../support/gate-dialects.ts";
import type { Gate } from "../../support/gate.ts";
import { tokensOf } from "./partial-cost.ts";

/** More than the answer of a broken call has. */
const STATED_BYTES = 3_000;

export function unaryCalls(rigOf: () => Gate): void {
  describe.each(UNARY_DIALECTS)("$name", (dialect) => {
    test("a whole answer is settled at the provider's usage, which its header states (laws 4, 5)", async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      const scenario = { usage: dialect.usage(100, 50) };
      const response = await send(rig, key, dialect, { scenario, call: key.id });
      const body = await response.text();
      const cost = costOf(dialect, 100, 50);
      expect(response.status).toBe(200);
      expect(body).toBe((await upstreamEnd(rig, key.id)).sent.toString());
      expect(nanoUsd(response.headers.get("x-tollgate-cost-usd") ?? "")).toBe(cost);
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "completed",
        status: 200,
        cost,
        overrun: 0n,
        estimated: false,
        usage: { input_total: 100, output_total: 50 },
      });
      await expectExactBooks(rig, key, cost);
    });

    test.each([429, 400, 500, 529])("a provider's %i passes unchanged and costs nothing", async (status) => {
      const rig = rigOf();
      const key = await rig.createKey();
      const response = await send(rig, key, dialect, { scenario: { status }, call: key.id });
      expect(response.status).toBe(status);
      expect(await response.text()).toBe((await upstreamEnd(rig, key.id)).sent.toString());
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "provider_error",
        status,
        cost: 0n,
        estimated: false,
      });
      await expectExactBooks(rig, key, 0n);
    });

    test("a provider that breaks off before it answers is a 502 that costs nothing", async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      const response = await send(rig, key, dialect, { scenario: { destroyBeforeHeaders: true } });
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ tollgate: { code: "provider_unreachable" } });
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "provider_unreachable",
        status: 502,
        cost: 0n,
      });
      await expectExactBooks(rig, key, 0n);
    });

    test("a provider that doesn't answer in time is given up: a 504 that costs nothing", async () => {
      const rig = rigOf();
      const key = await rig.createKey();
      const response = await send(rig, key, dialect, { scenario: { hangBefore: true }, call: key.id });
      expect(response.status).toBe(504);
      expect(await response.json()).toMatchObject({ tollgate: { code: "provider_timeout" } });
      expect((await upstreamEnd(rig, key.id)).outcome).toBe("peer_closed");
      expect(await rig.rest.settledRequest(requestIdOf(response))).toMatchObject({
        outcome: "timeout",
        status: 504,
        cost: 0n,
      });
      await expectExactBooks(rig, key, 0n);
    });

    // The provider generated the whole of it before it sent the first byte (R26). Some 1,500 bytes: half of them came, or all of
    // them were stated. A token is four bytes at most.
    const cut = { ends: { cutAfter: 2 }, outcome: "cut", status: 502 };
    const silent = { ends: { hangAfter: 2 }, outcome: "timeout", status: 504 };
    const headers = { "content-length": String(STATED_BYTES) };
    test.each([
      { how: "broken off", ...cut, headers: {}, least: 150 },
      { how: "silent half-way", ...silent, headers: {}, least: 150 },
      { how: "broken off before its stated length", ...cut, headers, least: STATED_BYTES / 4 },
      { how: "silent before its stated length", ...silent, headers, least: STATED_BYTES / 4 },
    ])("an answer that is $how is a $status, and isn't free (R26)", async (row) => {
      const { ends, headers, outcome, status, least } = row;
      const rig = rigOf();
      const key = await rig.createKey();
      const text = "word ".repeat(300);
      const scenario = { chunks: 4, text, headers, ...ends };
      const response = await send(rig, key, dialect, { scenario, call: key.id });
      expect(response.status).toBe(status);
      await response.text();
      const seen = await rig.rest.settledRequest(requestIdOf(response));
      expect(seen).toMatchObject({ outcome, status, estimated: true });
      const { input, output } = tokensOf(seen.usage);
      expect(output).toBeGreaterThan(least);
      expect(seen.cost).toBe(costOf(dialect, input, output));
      await expectExactBooks(rig, key, seen.cost);
    });
  });
}
