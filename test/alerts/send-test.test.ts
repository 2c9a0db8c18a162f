import { eq } from "drizzle-orm";
import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newEndpointSecret, sealEndpointSecret } from "../../src/alerts/endpoint-secret.ts";
import { sendTest } from "../../src/alerts/send-test.ts";
import { formatUsd, MAX_NANO_USD } from "../../src/domain/money.ts";
import { newId } from "../../src/ids.ts";
import { webhookDeliveries, webhookEndpoints } from "../../src/ledger/alert-schema.ts";
import { KEY_SECRET, START_MS, startHarness, type Harness } from "../control/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

test("a test message is sent at once, also to a disabled endpoint, and its row says how it went; it isn't tried again", async () => {
  const { database, services } = harness;
  const id = newId("wh");
  const secret = newEndpointSecret();
  const [endpoint] = await database
    .insert(webhookEndpoints)
    .values({
      id,
      organizationId: "org_default",
      url: "https://hooks.acme.com",
      events: [],
      enabled: false,
      sealed: await sealEndpointSecret([KEY_SECRET], id, { secret }),
    })
    .returning();
  if (!endpoint) throw new Error("it was inserted");
  const sent: Request[] = [];
  const receiver = (status: number) => async (input: RequestInfo | URL, init?: RequestInit) => {
    sent.push(new Request(input, init));
    return new Response(null, { status });
  };
  const [good, bad] = [
    await sendTest(services, endpoint, receiver(204)),
    await sendTest(services, endpoint, receiver(500)),
  ];
  expect(good).toMatchObject({ status: 204, deliveredAt: new Date(START_MS), dueAt: null, attempts: 1 });
  expect(bad).toMatchObject({ status: 500, deliveredAt: null, dueAt: null, error: null });
  const stored = await database.select().from(webhookDeliveries).where(eq(webhookDeliveries.endpointId, id));
  expect(stored).toHaveLength(2);
  expect(stored).toEqual(expect.arrayContaining([good, bad]));
  const body = await sent[0]?.text();
  vi.useFakeTimers({ toFake: ["Date"], now: START_MS });
  try {
    const verified = new Webhook(secret).verify(body ?? "", Object.fromEntries(sent[0]?.headers ?? []));
    expect(verified).toEqual({
      type: "webhook.test",
      timestamp: "2026-05-13T10:30:00.000Z",
      data: { webhook: id },
    });
  } finally {
    vi.useRealTimers();
  }
});

test("amounts, times and ids that Postgres writes are as the Worker writes them", async () => {
  const { database } = harness;
  const amounts = fc.sample(fc.integer({ min: -MAX_NANO_USD, max: MAX_NANO_USD }), { numRuns: 200, seed: 1 });
  const all = [...amounts, 0, 1, -1, 10, 500_000_000, 1_000_000_000, -12_500_000_000, MAX_NANO_USD];
  const shown = await database.execute(
    `select tollgate_shown('usd', a::bigint) as usd, tollgate_shown('tokens', a::bigint) as tokens
     from jsonb_array_elements_text('${JSON.stringify(all)}'::jsonb) with ordinality as x(a, i) order by i`,
  );
  expect(shown.rows).toEqual(all.map((each) => ({ usd: formatUsd(each), tokens: each })));

  const ids = (nowMs: number) =>
    database.execute(
      `select tollgate_id('evt', ${nowMs}) as id, tollgate_time(${nowMs}) as at from generate_series(1, 50)`,
    );
  const [before, after] = [await ids(START_MS - 1), await ids(START_MS + 1)];
  vi.useFakeTimers({ toFake: ["Date"], now: START_MS });
  const between = newId("evt");
  vi.useRealTimers();
  const made = [...before.rows, { id: between }, ...after.rows].map(({ id }) => String(id));
  expect(new Set(made).size).toBe(101);
  expect(made.every((id) => /^evt_[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true);
  expect(made.slice(0, 50).every((id) => id < between)).toBe(true);
  expect(made.slice(51).every((id) => id > between)).toBe(true);
  expect(before.rows[0]?.["at"]).toBe(new Date(START_MS - 1).toISOString());
});
