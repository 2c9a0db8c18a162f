import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { RETRY_DELAYS_MS } from "../../src/alerts/deliver.ts";
import { MAX_RAISES, RAISES_MS } from "../../src/alerts/raise.ts";
import { newEndpointSecret } from "../../src/alerts/endpoint-secret.ts";
import { alertsOf, deliveriesOf, HOOK_URL, makeBudget, makeEndpoint } from "../support/alerts.ts";
import { START_MS, startRig, type Rig } from "../support/books-rig.ts";
import { gateWorker, type GateOptions, type GateWorker } from "../support/gate-rig.ts";

// From a call through the gate to its receiver.

const CHAT = "/openai/v1/chat/completions";
const BODY = { model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }], max_tokens: 100 };
const USAGE = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
/** 0.15 and 0.60 USD a million. https://platform.openai.com/docs/pricing */
const COST = 1_000 * 150 + 100 * 600;
const DAY_MS = 86_400_000;

describe("the way of an alert", () => {
  let rig: Rig;
  let org: string;
  let received: Request[];
  /** What the receiver does. */
  let receiver: () => Promise<Response>;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    org = rig.organization().replace("_", "_d");
    received = [];
    receiver = async () => new Response("thanks");
  });

  const outside = async (request: Request): Promise<Response> => {
    if (new URL(request.url).pathname.startsWith("/v1/")) {
      return Response.json({ object: "chat.completion", model: "gpt-4o-mini", choices: [], usage: USAGE });
    }
    received.push(request);
    return receiver();
  };
  const workerOf = (options?: GateOptions) => gateWorker(rig, org, outside, options);
  const call = async (worker: GateWorker, status = 200) => {
    const response = await worker.call("POST", CHAT, BODY);
    await response.text();
    expect(response.status).toBe(status);
  };
  const callToItsEnd = async (worker: GateWorker, status?: number) => {
    await call(worker, status);
    await worker.rest();
  };
  /** A budget that the first call exhausts. */
  const spent = (limit = COST) =>
    makeBudget(rig, org, { id: `bud_${org}`, limit, period: { kind: "total" }, alertAt: [1] });
  const log = async () =>
    (await deliveriesOf(rig, org)).map(({ type, attempts, status, error, delivered }) => ({
      type,
      attempts,
      status,
      error,
      delivered,
    }));
  /** As a receiver checks it, with its clock at the sender's. */
  async function verified(request: Request | undefined, secret: string): Promise<unknown> {
    if (!request) throw new Error("nothing was received");
    const body = await request.clone().text();
    vi.useFakeTimers({ toFake: ["Date"], now: rig.clock.now() });
    try {
      return new Webhook(secret).verify(body, Object.fromEntries(request.headers));
    } finally {
      vi.useRealTimers();
    }
  }

  test("it is sent behind the call that raised it, as Standard Webhooks' own library verifies, and logged", async () => {
    await spent();
    const { secret } = await makeEndpoint(rig, org);
    await callToItsEnd(await workerOf());
    expect(await verified(received[0], secret)).toMatchObject({
      type: "budget.exhausted",
      timestamp: expect.stringMatching(/^2026-03-14T09:26:5\d\.\d{3}Z$/),
      data: {
        budget: `bud_${org}`,
        spent: "0.00021",
        limit: "0.00021",
        period_start: "1970-01-01T00:00:00.000Z",
      },
    });
    await expect(verified(received[0], newEndpointSecret())).rejects.toThrow("No matching signature");
    const [delivery] = await deliveriesOf(rig, org);
    expect(
      received.map((request) => [request.url, request.method, request.headers.get("webhook-id")]),
    ).toEqual([[HOOK_URL, "POST", delivery?.["id"]]]);
    expect(await log()).toEqual([
      { type: "budget.exhausted", attempts: "1", status: "200", error: null, delivered: "t" },
    ]);
  });

  test("with nothing due a call costs no statement more than its booking", async () => {
    await makeEndpoint(rig, org);
    const worker = await workerOf();
    await callToItsEnd(worker);
    await callToItsEnd(worker);
    const counts = ["book", "raise_alert", "claim_deliveries", "record_deliveries", "sql"];
    expect(counts.map((name) => worker.faults.count(name))).toEqual([2, 0, 0, 0, 0]);
  });

  test("a receiver that hangs delays no call: others are answered and booked meanwhile, and nothing is sent twice", async () => {
    await spent();
    await makeEndpoint(rig, org);
    const worker = await workerOf();
    const [arrived, hanging] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()];
    receiver = () => {
      arrived.resolve();
      return hanging.promise;
    };
    await call(worker);
    await arrived.promise;
    // Neither the isolate that sends nor another waits for it, or sends it as well.
    await call(worker);
    await callToItsEnd(await workerOf());
    const booked = await rig.rows("select id from ledger_entries where organization_id = $1", org);
    expect(booked.length).toBeGreaterThanOrEqual(2);
    expect(await log()).toMatchObject([{ attempts: "1", delivered: "f" }]);
    hanging.resolve(new Response("at last"));
    await worker.rest();
    expect(received).toHaveLength(1);
    expect(await log()).toMatchObject([{ attempts: "1", delivered: "t" }]);
  });

  test("what wasn't delivered is tried again on the way of a later call, when it is time, until it is given up", async () => {
    await spent();
    await makeEndpoint(rig, org);
    const worker = await workerOf();
    receiver = async () => Promise.reject(new Error("refused at 10.0.0.1"));
    await callToItsEnd(worker);
    expect(await log()).toMatchObject([
      { attempts: "1", status: null, error: "the receiver can't be reached", delivered: "f" },
    ]);
    receiver = async () => new Response("no", { status: 503 });
    for (const [i, delayMs] of RETRY_DELAYS_MS.entries()) {
      rig.clock.advance(delayMs - 10_000);
      await callToItsEnd(worker);
      expect(received).toHaveLength(i + 1);
      rig.clock.advance(10_000);
      await callToItsEnd(worker);
      expect(received).toHaveLength(i + 2);
    }
    rig.clock.advance(100 * DAY_MS);
    await callToItsEnd(worker);
    expect(received).toHaveLength(1 + RETRY_DELAYS_MS.length);
    expect(await log()).toMatchObject([{ attempts: "7", status: "503", error: null, delivered: "f" }]);
    expect((await deliveriesOf(rig, org))[0]).toMatchObject({ due: null });
    const ids = received.map(({ headers }) => headers.get("webhook-id"));
    expect(new Set(ids).size).toBe(1);
  });

  test("two Workers that find the same deliveries due send each once; one that dies costs its attempt", async () => {
    await spent();
    for (let i = 0; i < 3; i++) await makeEndpoint(rig, org, { url: `${HOOK_URL}/${i}` });
    receiver = async () => new Response(null, { status: 500 });
    const workers = [await workerOf(), await workerOf()];
    const [first] = workers;
    if (!first) throw new Error("there are two");
    first.faults.on("record_deliveries", "lose_request");
    await callToItsEnd(first);
    expect(first.books.reports).toContain("delivery_failed");
    expect(await log()).toMatchObject(
      Array.from({ length: 3 }, () => ({ attempts: "1", error: "nobody heard how this attempt ended" })),
    );
    receiver = async () => new Response(null, { status: 204 });
    rig.clock.advance(60_000);
    await Promise.all(workers.map((worker) => callToItsEnd(worker)));
    expect(received.map(({ url }) => url).toSorted()).toEqual(
      [0, 0, 1, 1, 2, 2].map((i) => `${HOOK_URL}/${i}`),
    );
    expect(await log()).toMatchObject(
      Array.from({ length: 3 }, () => ({ attempts: "2", status: "204", delivered: "t" })),
    );
  });

  test("more than one call takes on wait for the next calls, the longest due first", async () => {
    await spent();
    for (let i = 0; i < 10; i++) await makeEndpoint(rig, org, { url: `${HOOK_URL}/${i}` });
    const worker = await workerOf();
    await callToItsEnd(worker);
    expect(received).toHaveLength(8);
    await callToItsEnd(worker);
    expect(received).toHaveLength(10);
  });

  test("a disabled endpoint's are dropped, a private address isn't called, and a secret that doesn't open signs nothing", async () => {
    await spent();
    const disabled = await makeEndpoint(rig, org);
    const inside = await makeEndpoint(rig, org, { url: "https://10.0.0.1/hook" });
    const moved = await makeEndpoint(rig, org, { url: `${HOOK_URL}/moved` });
    await rig.rows(
      "update webhook_endpoints set sealed = (select sealed from webhook_endpoints where id = $1) where id = $2",
      inside.id,
      moved.id,
    );
    const worker = await workerOf();
    worker.faults.on("claim_deliveries", () =>
      rig.rows("update webhook_endpoints set enabled = false where id = $1", disabled.id),
    );
    await callToItsEnd(worker);
    expect(received).toEqual([]);
    expect((await log()).map(({ error }) => String(error)).toSorted()).toEqual([
      "the URL must be of a public host",
      "the endpoint is disabled",
      "the endpoint's secret can't be opened",
    ]);
  });

  test("while a secret is being replaced both sign, and then the new one alone", async () => {
    await spent();
    const [secret, previous] = [newEndpointSecret(), newEndpointSecret()];
    const endsAtMs = rig.clock.now() + 30_000;
    await makeEndpoint(rig, org, { secret: { secret, previous: { secret: previous, endsAtMs } } });
    const worker = await workerOf();
    receiver = async () => new Response(null, { status: 302, headers: { location: HOOK_URL } });
    await callToItsEnd(worker);
    for (const each of [secret, previous]) await verified(received[0], each);
    rig.clock.advance(60_000);
    await callToItsEnd(worker);
    await verified(received[1], secret);
    await expect(verified(received[1], previous)).rejects.toThrow("No matching signature");
    expect(received).toHaveLength(2);
  });

  test("R60: the first refusal of a budget in a period is told once, and costs a thousand refusals one statement", async () => {
    await makeEndpoint(rig, org);
    const [worker, other] = [await workerOf({ limit: 1 }), await workerOf({ limit: 1 })];
    receiver = async () => new Response(null, { status: 500 });
    for (let i = 0; i < 20; i++) await call(worker, 402);
    await worker.rest();
    await callToItsEnd(other, 402);
    expect([worker.faults.count("raise_alert"), other.faults.count("raise_alert")]).toEqual([1, 1]);
    expect(await alertsOf(rig, org)).toMatchObject([
      {
        type: "budget.refused",
        budget: `bud_${org}`,
        scope: { kind: "organization", id: org },
        code: "request_too_large",
        limit: "0.000000001",
        spent: "0.00",
      },
    ]);
    // No call is admitted any more, so it is the refusals that try again.
    expect(received).toHaveLength(1);
    rig.clock.advance(60_000);
    await callToItsEnd(worker, 402);
    expect(received).toHaveLength(2);
  });

  test("a refusal that couldn't be raised waits for one after a minute, and a report says by what it failed", async () => {
    await makeEndpoint(rig, org);
    const worker = await workerOf({ limit: 1 });
    const report = vi.spyOn(worker.books, "report");
    worker.faults.on("raise_alert", "lose_request", { times: 2 });
    for (let i = 0; i < 5; i++) await callToItsEnd(worker, 402);
    rig.clock.advance(RAISES_MS);
    for (let i = 0; i < 5; i++) await callToItsEnd(worker, 402);
    expect(worker.faults.count("raise_alert")).toBe(2);
    const failed = { organization: org, cause: "Lost: raise_alert" };
    const failures = report.mock.calls.filter(([event]) => event === "alert_failed");
    expect(failures.map(([, details]) => details)).toEqual([failed, failed]);
    expect(await alertsOf(rig, org)).toEqual([]);
    rig.clock.advance(RAISES_MS);
    for (let i = 0; i < 5; i++) await callToItsEnd(worker, 402);
    expect(worker.faults.count("raise_alert")).toBe(3);
    expect(await alertsOf(rig, org)).toHaveLength(1);
  });

  test("who names customers without end to a budget for each is told of for some of them in a minute", async () => {
    const worker = await workerOf({ limit: 1, each: true });
    const refused = async (user: string) =>
      expect((await worker.call("POST", CHAT, { ...BODY, user })).status).toBe(402);
    for (let i = 0; i < MAX_RAISES + 20; i++) await refused(`customer ${i}`);
    await worker.rest();
    expect(await alertsOf(rig, org)).toHaveLength(MAX_RAISES);
    rig.clock.advance(RAISES_MS);
    for (const last of [MAX_RAISES + 19, 0]) await refused(`customer ${last}`);
    await worker.rest();
    expect(worker.faults.count("raise_alert")).toBe(MAX_RAISES + 1);
  });

  test("a key that expires within 7 days is told of once for each end, by its own row", async () => {
    const { secret } = await makeEndpoint(rig, org);
    const near = START_MS + 8 * DAY_MS;
    const endKey = (atMs: number) =>
      rig.rows(
        `insert into keys (id, organization_id, name, hint, digest, expires_at) values ($1, $2, 'checkout', 'hint', $1, $3)
         on conflict (id) do update set expires_at = excluded.expires_at`,
        `key_${org}`,
        org,
        new Date(atMs).toISOString(),
      );
    const after = rig.clock.now() - START_MS;
    await endKey(near + after);
    const worker = await workerOf({ expiresAtMs: near + after });
    await callToItsEnd(worker);
    expect(worker.faults.count("raise_alert")).toBe(0);
    rig.clock.advance(DAY_MS);
    for (let i = 0; i < 3; i++) await callToItsEnd(worker);
    await callToItsEnd(await workerOf({ expiresAtMs: near + after }));
    expect(worker.faults.count("raise_alert")).toBe(1);
    expect(await verified(received[0], secret)).toMatchObject({
      type: "key.expiring",
      data: { key_id: `key_${org}`, name: "checkout", expires_at: new Date(near + after).toISOString() },
    });
    // A secret that was rotated away ends soon; its key doesn't.
    await endKey(near + after + 100 * DAY_MS);
    await callToItsEnd(await workerOf({ expiresAtMs: rig.clock.now() + DAY_MS }));
    await endKey(near + after + DAY_MS);
    rig.clock.advance(DAY_MS);
    await callToItsEnd(await workerOf({ expiresAtMs: near + after + DAY_MS }));
    expect(await alertsOf(rig, org)).toHaveLength(2);
    expect(received).toHaveLength(2);
  });

  test("drift is told of once a day for one difference, by budget and in its unit", async () => {
    await spent();
    await makeEndpoint(rig, org);
    const { books } = await workerOf();
    const drift = [{ counter: `bud_${org}:a%2Fb`, periodStartMs: 0, redis: 7, ledger: 1_000_000_000 }];
    const raise = (nowMs: number) => books.ledger.raiseDrift(org, { drift, repaired: false }, nowMs);
    const at = rig.clock.now();
    expect([await raise(at), await raise(at), await raise(at + DAY_MS)]).toEqual([true, false, true]);
    expect((await alertsOf(rig, org))[0]).toEqual({
      type: "books.drift",
      budget: `bud_${org}`,
      instance: "a/b",
      organization_id: org,
      period_start: "1970-01-01T00:00:00.000Z",
      spent: "0.000000007",
      ledger: "1.00",
      difference: "-0.999999993",
      repaired: false,
    });
    expect(await deliveriesOf(rig, org)).toHaveLength(2);
  });
});
