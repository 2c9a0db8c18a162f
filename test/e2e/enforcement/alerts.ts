import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { formatUsd } from "../../../src/domain/money.ts";
import { counterKey } from "../../../src/store/keys.ts";
import { type PostOf, shown } from "../../support/api-client.ts";
import { createOrganization } from "../../support/e2e-organization.ts";
import { costOfTokens, smallChat, usageOf } from "../../support/e2e-small-calls.ts";
import { until } from "../../support/e2e-until.ts";
import type { FaultGate } from "../../support/fault-gate.ts";
import { forge } from "./drift.ts";

const BODY = smallChat(100);
const message = z.object({ type: z.string(), data: z.record(z.string(), z.unknown()) });

/** A receiver that checks each message as its maker's library does. `secretOf`: once the webhook is made. */
async function startReceiver(secretOf: () => string) {
  const received: z.infer<typeof message>[] = [];
  async function take(request: IncomingMessage): Promise<void> {
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const verified = new Webhook(secretOf()).verify(await text(request), Object.fromEntries(headers));
    received.push(message.parse(verified));
  }
  const server = createServer((request, response) => {
    void take(request).then(
      () => response.end(),
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

export function alerts(rigOf: () => FaultGate): void {
  test("R60: a spent budget, the first refusal and drift each reach the receiver once, however many calls there are", async () => {
    const rig = rigOf();
    const org = await createOrganization(rig);
    const key = await org.createKey();
    const limit = formatUsd(costOfTokens(10, 90));
    const each = await org.createBudget(
      { kind: "key", id: "*" },
      { limit, enforcement: "soft", alert_at: [1] },
    );
    let secret = "";
    const { url, received } = await startReceiver(() => secret);
    const body: PostOf<"/api/v1/webhooks"> = {
      url,
      events: ["budget.threshold", "budget.exhausted", "budget.refused", "books.drift"],
      organization_id: org.id,
    };
    const webhook = await shown(org.api.POST("/api/v1/webhooks", { body }));
    secret = webhook.secret;
    const arrived = (count: number) =>
      until(`${count} messages`, () => (received.length >= count ? true : undefined));

    for (let i = 0; i < 3; i++) {
      await org.settled(await org.call(key, { body: BODY, scenario: { usage: usageOf(10, 90) } }));
    }
    await arrived(1);
    await org.changeBudget(each, { enforcement: "hard" });
    for (let i = 0; i < 3; i++) expect((await org.call(key, { body: BODY })).status).toBe(402);
    await arrived(2);
    await forge(rig, counterKey(org.id, `${each}:${key.id}`), 1n);
    await org.reconcile();
    await org.reconcile(true);
    await arrived(3);
    expect(
      received.map(({ type, data }) => [type, data["budget"], data["limit"] ?? data["difference"]]),
    ).toEqual([
      ["budget.exhausted", each, limit],
      ["budget.refused", each, limit],
      ["books.drift", each, "0.000000001"],
    ]);
    const params = { path: { id: webhook.id } };
    const delivered = await until("the log to say so", async () => {
      const { data } = await shown(org.api.GET("/api/v1/webhooks/{id}/deliveries", { params }));
      return data.every(({ state }) => state === "delivered") ? data : undefined;
    });
    expect(delivered.map(({ type }) => type)).toEqual(["books.drift", "budget.refused", "budget.exhausted"]);
    expect(received[0]?.data["scope"]).toEqual({ kind: "key", id: key.id });
  });
}
