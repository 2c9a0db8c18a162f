import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../src/ids.ts";
import { webhookDeliveries, webhookEndpoints } from "../../src/ledger/alert-schema.ts";
import { auditEvents, providerCredentials } from "../../src/ledger/control-schema.ts";
import { type PostOf, type Schemas, shown } from "../support/api-client.ts";
import { type Harness, KEY_SECRET, idOf, listAll, make, pointersOf, startHarness } from "./harness.ts";

const URL_OF_ACME = "https://hooks.acme.com/tollgate";
const NEXT = "the-next-key-secret-of-the-tests";
const UNKNOWN = `wh_${"0".repeat(26)}`;

let harness: Harness;
let receiver: Server;
let receiverUrl: string;
/** What the receiver answers, and what it got. */
let answersWith = 204;
let received: { headers: Record<string, string>; body: string }[] = [];

beforeAll(async () => {
  harness = await startHarness();
  receiver = createServer((request, response) => {
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    void text(request).then((body) => {
      received.push({ headers: Object.fromEntries(headers), body });
      response.writeHead(answersWith).end();
    });
  });
  await new Promise<void>((listening) => receiver.listen(0, "127.0.0.1", listening));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
beforeEach(async () => {
  await harness.database.delete(webhookEndpoints);
  const config = { KEY_SECRET, KEY_SECRET_PREVIOUS: undefined, ALLOW_PRIVATE_ADDRESSES: false };
  Object.assign(harness.services.config, config);
  // A receiver believes no signature of another time.
  harness.clock.nowMs = Date.now();
  answersWith = 204;
  received = [];
});
afterAll(async () => {
  receiver.close();
  await harness.close();
});

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const at = (id: string) => ({ params: { path: { id } } });

async function makeWebhook(fields: Partial<PostOf<"/api/v1/webhooks">> = {}): Promise<Schemas["NewWebhook"]> {
  const body = { url: URL_OF_ACME, events: ["budget.exhausted" as const], ...fields };
  return shown(harness.api.POST("/api/v1/webhooks", { body }));
}

async function makeReceived() {
  Object.assign(harness.services.config, { ALLOW_PRIVATE_ADDRESSES: true });
  return makeWebhook({ url: receiverUrl });
}

const sendTest = (id: string) => shown(harness.api.POST("/api/v1/webhooks/{id}/test", at(id)));
const rotate = (id: string, body: PostOf<"/api/v1/webhooks/{id}/rotate"> = {}) =>
  shown(harness.api.POST("/api/v1/webhooks/{id}/rotate", { ...at(id), body }));

/** Whether the last message proves itself by a secret. */
function isSignedBy(secret: string): boolean {
  const { body, headers } = received.at(-1) ?? { body: "", headers: {} };
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

describe("a webhook", () => {
  test("is made with a secret that no later answer, row or audit event shows", async () => {
    const made = await makeWebhook({ events: ["budget.threshold", "books.drift"] });
    expect(made).toEqual({
      id: expect.stringMatching(/^wh_[0-9a-z]{26}$/),
      organization_id: "org_default",
      url: URL_OF_ACME,
      events: ["budget.threshold", "books.drift"],
      enabled: true,
      secret: expect.stringMatching(/^whsec_[0-9A-Za-z+/]{43}=$/),
      created_at: new Date(harness.clock.nowMs).toISOString(),
      updated_at: new Date(harness.clock.nowMs).toISOString(),
    });
    const { secret, ...view } = made;
    expect((await call("GET", `/api/v1/webhooks/${made.id}`)).body).toEqual(view);
    expect((await call("GET", "/api/v1/webhooks")).body).toMatchObject({ data: [view], has_more: false });
    const audit = await call("GET", `/api/v1/audit?resource=webhook_endpoints&resource_id=${made.id}`);
    expect(audit.body).toMatchObject({ data: [{ action: "created", after: view }] });
    const rows = await harness.database.select().from(webhookEndpoints);
    for (const seen of [audit.text, JSON.stringify(rows)]) expect(seen).not.toContain(secret.slice(6));
    expect(audit.text).not.toContain("sealed");
  });

  const GOOD = { url: URL_OF_ACME, events: ["hold.lapsed"] };
  test.each([
    ["/url", { events: GOOD.events }],
    ["/url", { ...GOOD, url: "http://hooks.acme.com" }],
    ["/url", { ...GOOD, url: "https://127.0.0.1/" }],
    ["/url", { ...GOOD, url: "https://me:pw@hooks.acme.com/" }],
    ["/events", { url: GOOD.url }],
    ["/events", { ...GOOD, events: [] }],
    ["/events", { ...GOOD, events: ["hold.lapsed", "hold.lapsed"] }],
    ["/events/0", { ...GOOD, events: ["budget.*"] }],
    ["/events/0", { ...GOOD, events: ["webhook.test"] }],
    ["/enabled", { ...GOOD, enabled: "yes" }],
    ["/secret", { ...GOOD, secret: "whsec_mine" }],
    ["/organization_id", { ...GOOD, organization_id: "org_none" }],
  ])("is refused for its %s: %j", async (pointer, body) => {
    const answer = await call("POST", "/api/v1/webhooks", { body });
    expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
    expect(await harness.database.$count(webhookEndpoints)).toBe(0);
  });

  test("PATCH changes what it names, and refuses what POST would", async () => {
    const { secret: _, ...made } = await makeWebhook();
    harness.clock.nowMs += 1_000;
    const path = `/api/v1/webhooks/${made.id}`;
    const off = await call("PATCH", path, { body: { enabled: false } });
    expect(off.body).toEqual({
      ...made,
      enabled: false,
      updated_at: new Date(harness.clock.nowMs).toISOString(),
    });
    const moved = { url: "https://hooks.acme.com/other", events: ["key.expiring"] };
    expect((await call("PATCH", path, { body: moved })).body).toMatchObject({ ...moved, enabled: false });
    for (const [pointer, body] of [
      ["/url", { url: "https://localhost/" }],
      ["/events", { events: [] }],
      ["/enabled", { enabled: null }],
      ["/organization_id", { organization_id: "org_default" }],
    ] as const) {
      const answer = await call("PATCH", path, { body });
      expect([answer.status, pointersOf(answer)]).toEqual([400, [pointer]]);
    }
    expect((await call("GET", path)).body).toMatchObject(moved);
  });

  test("goes with its deliveries; one that isn't there is 404", async () => {
    const { id } = await makeReceived();
    await sendTest(id);
    await shown(harness.api.DELETE("/api/v1/webhooks/{id}", at(id)));
    expect(await harness.database.$count(webhookDeliveries)).toBe(0);
    for (const gone of [id, UNKNOWN, "wh_x"]) {
      const path = `/api/v1/webhooks/${gone}`;
      const answers = [
        await call("GET", path),
        await call("PATCH", path, { body: { enabled: true } }),
        await call("DELETE", path),
        await call("POST", `${path}/test`),
        await call("POST", `${path}/rotate`),
        await call("GET", `${path}/deliveries`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    }
  });

  test("with an Idempotency-Key is made once, and its secret given again", async () => {
    const options = { body: GOOD, headers: { "idempotency-key": "webhook" } };
    const [first, again] = [
      await call("POST", "/api/v1/webhooks", options),
      await call("POST", "/api/v1/webhooks", options),
    ];
    expect(again.text).toBe(first.text);
    expect(await harness.database.$count(webhookEndpoints)).toBe(1);
  });

  test("keeps its organization, which has twenty at most, listed the newest first", async () => {
    const organization_id = await make(harness, "organizations", { name: "of hooks" });
    const made: string[] = [];
    for (let n = 0; n < 19; n++) made.push((await makeWebhook({ organization_id })).id);
    // Of several at once no more than there is room for.
    const body = { ...GOOD, organization_id };
    const more = await Promise.all(
      Array.from({ length: 4 }, () => call("POST", "/api/v1/webhooks", { body })),
    );
    const [last, ...tooMany] = more.toSorted((a, b) => a.status - b.status);
    expect(tooMany).toMatchObject(tooMany.map(() => ({ status: 409, body: { code: "too_many" } })));
    if (last) made.push(idOf(last));
    const path = `/api/v1/webhooks?organization_id=${organization_id}`;
    expect(await listAll(harness, path, { limit: 7 })).toEqual(made.toReversed());
    const kept = await call("DELETE", `/api/v1/organizations/${organization_id}`);
    expect(kept).toMatchObject({ status: 409, body: { code: "in_use", references: { webhooks: 20 } } });
  });
});

describe("a test message", () => {
  test("is sent at once, proves itself by the secret, and stands in the log and the audit", async () => {
    const { id, secret } = await makeReceived();
    const sent = await sendTest(id);
    expect(sent).toMatchObject({ webhook_id: id, type: "webhook.test", state: "delivered", status: 204 });
    expect(isSignedBy(secret)).toBe(true);
    expect(received.map(({ body, headers }) => [headers["webhook-id"], JSON.parse(body)])).toEqual([
      [sent.id, sent.payload],
    ]);
    const log = await shown(harness.api.GET("/api/v1/webhooks/{id}/deliveries", at(id)));
    expect(log.data).toEqual([sent]);
    const audit = await call("GET", `/api/v1/audit?resource_id=${id}&action=tested`);
    expect(audit.body).toMatchObject({ data: [{ actor: "admin", resource: { kind: "webhook_endpoints" } }] });
  });

  test("says how it went where it went wrong, also to a webhook that isn't enabled", async () => {
    const { id } = await makeReceived();
    await call("PATCH", `/api/v1/webhooks/${id}`, { body: { enabled: false } });
    answersWith = 500;
    expect(await sendTest(id)).toMatchObject({ state: "failed", status: 500, attempts: 1 });
    Object.assign(harness.services.config, { ALLOW_PRIVATE_ADDRESSES: false });
    expect(await sendTest(id)).toMatchObject({ state: "failed", error: "the URL must be an https URL" });
    expect(received).toHaveLength(1);
  });

  test("with an Idempotency-Key is sent once", async () => {
    const { id } = await makeReceived();
    const headers = { "idempotency-key": "try-it" };
    const path = `/api/v1/webhooks/${id}/test`;
    const [first, again] = [await call("POST", path, { headers }), await call("POST", path, { headers })];
    expect(again.body).toEqual(first.body);
    expect(received).toHaveLength(1);
  });
});

describe("the log", () => {
  test("says of each delivery what became of it, the newest first, and nothing of another webhook's", async () => {
    const [{ id }, other] = [await makeWebhook(), await makeWebhook()];
    const nowMs = harness.clock.nowMs;
    const one = (fields: object, endpointId = id) => ({
      id: newId("dlv"),
      organizationId: "org_default",
      endpointId,
      type: "hold.lapsed" as const,
      payload: { type: "hold.lapsed", timestamp: new Date(nowMs).toISOString(), data: { hold_id: "hold_x" } },
      ...fields,
    });
    const dueAt = new Date(nowMs + 60_000);
    await harness.database
      .insert(webhookDeliveries)
      .values([
        one({ attempts: 2, deliveredAt: new Date(nowMs), status: 200 }),
        one({ attempts: 7, status: 503 }),
        one({}, other.id),
        one({ attempts: 1, dueAt, error: "the receiver can't be reached" }),
      ]);
    const page = (cursor?: string) => {
      const query = { limit: 2, ...(cursor !== undefined && { cursor }) };
      const params = { path: { id }, query };
      return shown(harness.api.GET("/api/v1/webhooks/{id}/deliveries", { params }));
    };
    const first = await page();
    expect(first.data).toMatchObject([
      { state: "waiting", next_attempt_at: dueAt.toISOString(), error: "the receiver can't be reached" },
      { state: "failed", attempts: 7, status: 503, payload: { data: { hold_id: "hold_x" } } },
    ]);
    const last = await page(first.next_cursor ?? "");
    expect(last).toMatchObject({
      data: [{ state: "delivered", attempts: 2, delivered_at: new Date(nowMs).toISOString() }],
      has_more: false,
    });
  });
});

describe("a rotation", () => {
  test("has the secret before sign, too, until the overlap is over; a further one ends it", async () => {
    const { id, secret: first } = await makeReceived();
    const second = await rotate(id, { overlap_seconds: 60 });
    const endsAt = new Date(harness.clock.nowMs + 60_000).toISOString();
    expect(second).toMatchObject({ id, enabled: true, previous_secret_ends_at: endsAt });
    const signers = async (...secrets: string[]) => {
      await sendTest(id);
      return secrets.map(isSignedBy);
    };
    expect(await signers(first, second.secret)).toEqual([true, true]);
    harness.clock.nowMs += 60_000;
    expect(await signers(first, second.secret)).toEqual([false, true]);
    const third = await rotate(id, { overlap_seconds: 3_600 });
    expect(await signers(first, second.secret, third.secret)).toEqual([false, true, true]);
    const fourth = await rotate(id);
    expect(fourth).not.toHaveProperty("previous_secret_ends_at");
    expect(await signers(second.secret, third.secret, fourth.secret)).toEqual([false, false, true]);
  });

  test("of two at once one is told that it came second, and no secret that was given out is dead", async () => {
    const { id } = await makeReceived();
    const options = { ...at(id), body: { overlap_seconds: 60 } };
    const once = () => harness.api.POST("/api/v1/webhooks/{id}/rotate", options);
    const both = await Promise.all([once(), once()]);
    const given = both.flatMap(({ data }) => (data ? [data.secret] : []));
    expect(both.filter(({ response }) => response.status === 409)).toHaveLength(2 - given.length);
    await sendTest(id);
    expect(given.map(isSignedBy)).toEqual(given.map(() => true));
    expect(given.length).toBeGreaterThan(0);
  });

  test("is in the audit by its own word, as is a secret that is sealed anew", async () => {
    const { id } = await makeWebhook();
    harness.clock.nowMs += 1_000;
    await rotate(id);
    Object.assign(harness.services.config, { KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: KEY_SECRET });
    await shown(harness.api.POST("/api/v1/reseal"));
    await call("PATCH", `/api/v1/webhooks/${id}`, { body: { enabled: false } });
    const query = { resource_id: id };
    const { data } = await shown(harness.api.GET("/api/v1/audit", { params: { query } }));
    expect(data.map(({ action }) => action)).toEqual(["changed", "resealed", "rotated", "created"]);
    const rows = await harness.database.select().from(auditEvents);
    expect(JSON.stringify(rows)).not.toMatch(/"sealed"|"iv"|whsec_/);
  });
});

describe("a new KEY_SECRET", () => {
  const reseal = (query: { limit?: number; cursor?: string } = {}) =>
    shown(harness.api.POST("/api/v1/reseal", { params: { query } }));

  test("seals webhooks' secrets anew after the providers', page by page, and does without the one before", async () => {
    const params = { path: { name: "openai" } };
    await shown(
      harness.api.PUT("/api/v1/providers/{name}", { params, body: { api_key: "sk-of-the-tests" } }),
    );
    const made = [await makeReceived(), await makeReceived()];
    Object.assign(harness.services.config, { KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: KEY_SECRET });
    const first = await reseal({ limit: 2 });
    expect(first).toMatchObject({ checked: 2, resealed: 2, unreadable: [], has_more: true });
    const last = await reseal({ limit: 2, cursor: first.next_cursor ?? "" });
    expect(last).toMatchObject({ checked: 1, resealed: 1, unreadable: [], has_more: false });
    expect(await reseal()).toMatchObject({ checked: 3, resealed: 0 });
    Object.assign(harness.services.config, { KEY_SECRET_PREVIOUS: undefined });
    for (const { id, secret } of made) {
      expect(await sendTest(id)).toMatchObject({ state: "delivered" });
      expect(isSignedBy(secret)).toBe(true);
    }
    await harness.database.delete(providerCredentials);
  });

  test("without the one before it names what can't be read; a rotation puts that right", async () => {
    const { id } = await makeReceived();
    Object.assign(harness.services.config, { KEY_SECRET: NEXT });
    expect(await reseal()).toMatchObject({
      checked: 1,
      resealed: 0,
      unreadable: [{ kind: "webhook", id, organization_id: "org_default" }],
    });
    expect(await sendTest(id)).toMatchObject({ error: "the endpoint's secret can't be opened" });
    const rotated = await rotate(id, { overlap_seconds: 60 });
    expect(rotated).not.toHaveProperty("previous_secret_ends_at");
    expect(await sendTest(id)).toMatchObject({ state: "delivered" });
    expect(isSignedBy(rotated.secret)).toBe(true);
  });
});
