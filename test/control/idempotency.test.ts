import { eq } from "drizzle-orm";
import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ControlEnv } from "../../src/control/frame/context.ts";
import { problemOf } from "../../src/control/frame/failures.ts";
import { type Remember, answerOnce } from "../../src/control/frame/idempotency.ts";
import { problemResponse } from "../../src/control/frame/problem.ts";
import { idempotencyKeys } from "../../src/ledger/control-schema.ts";
import { organizations } from "../../src/ledger/places-schema.ts";
import { keys, policyVersions } from "../../src/ledger/policy-schema.ts";
import { type Harness, START_MS, emptyRedis, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  Object.assign(harness.redis, emptyRedis());
  harness.bridge.fault(undefined);
  harness.clock.nowMs = START_MS;
  await harness.database.delete(idempotencyKeys);
});
afterAll(() => harness.close());

const DAY_MS = 86_400_000;
const post = (key: string, body: unknown = { name: "once" }, path = "/api/v1/keys") =>
  harness.call("POST", path, { body, headers: { "idempotency-key": key } });
const countKeys = () => harness.database.$count(keys);
const stored = () => harness.database.select().from(idempotencyKeys);

test("the same key and body is done once and answered the same, secret and all", async () => {
  const before = await countKeys();
  const first = await post("a");
  const again = await post("a");
  expect(first.status).toBe(201);
  expect([again.status, again.text]).toEqual([first.status, first.text]);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  expect(await countKeys()).toBe(before + 1);
});

test("without the header each POST is its own", async () => {
  const before = await countKeys();
  await harness.call("POST", "/api/v1/keys", { body: {} });
  await harness.call("POST", "/api/v1/keys", { body: {} });
  expect(await countKeys()).toBe(before + 2);
  expect(await stored()).toEqual([]);
});

test("another body is 422, also one that is not yet answered", async () => {
  await post("a");
  const answer = await post("a", { name: "other" });
  expect(answer).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
});

test("another path is another request", async () => {
  await post("a");
  const body = { scope: { kind: "organization", id: "org_default" }, limit: 1, period: "day" };
  expect((await post("a", body, "/api/v1/budgets")).status).toBe(201);
});

test.each(["", " ", "a b", "x".repeat(256), "é"])("the key %j is 400", async (key) => {
  expect((await post(key)).status).toBe(400);
});

test("no secret lies in the stored answer, and it opens under its own row only", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const first = await post("a");
  await post("b");
  const [a, b] = await stored();
  expect(JSON.stringify(await stored())).not.toContain("tg_");
  await harness.database
    .update(idempotencyKeys)
    .set({ response: b?.response })
    .where(eq(idempotencyKeys.id, a?.id ?? ""));
  const swapped = [await post("a"), await post("b")];
  expect(new Set(swapped.map(({ status }) => status))).toEqual(new Set([201, 500]));
  expect(first.text).toContain("tg_default_");
  log.mockRestore();
});

test("many at once are done once; who comes too early is told so", async () => {
  const before = await countKeys();
  const answers = await Promise.all(Array.from({ length: 8 }, () => post("a")));
  expect(await countKeys()).toBe(before + 1);
  expect(answers.map(({ status }) => status).filter((status) => status !== 409)).not.toEqual([]);
  const final = await post("a");
  const early = { status: 409, body: { code: "idempotency_in_progress" } };
  for (const answer of answers) {
    expect(answer).toMatchObject(answer.status === 409 ? early : { status: 201, text: final.text });
  }
});

describe("a first request that didn't end", () => {
  const unfinish = () => harness.database.update(idempotencyKeys).set({ status: null, response: null });

  test("is in progress for 60 seconds, then it may be taken over", async () => {
    await post("a");
    await unfinish();
    harness.clock.nowMs = START_MS + 60_000;
    const early = await post("a");
    expect(early).toMatchObject({ status: 409, body: { code: "idempotency_in_progress" } });
    expect(early.headers.get("retry-after")).toBe("1");
    expect((await post("a", { name: "other" })).status).toBe(422);
    harness.clock.nowMs = START_MS + 60_001;
    expect((await post("a")).status).toBe(201);
  });
});

test("an answer is kept for 24 hours, and old ones are removed on the way", async () => {
  const first = await post("a");
  await post("b");
  harness.clock.nowMs = START_MS + DAY_MS;
  expect((await post("a")).text).toBe(first.text);
  harness.clock.nowMs = START_MS + DAY_MS + 1;
  const later = await post("a");
  expect(later.status).toBe(201);
  expect(later.text).not.toBe(first.text);
  expect(await stored()).toHaveLength(1);
});

describe("a refused request gives its key back", () => {
  test("a bad field, found before or after the claim", async () => {
    expect((await post("a", { nmae: 1 })).status).toBe(400);
    expect((await post("b", { organization_id: "org_nobody" })).status).toBe(400);
    expect(await stored()).toEqual([]);
    expect((await post("a")).status).toBe(201);
  });
});

test("law 10: what was stored but not published is published by the retry, and made once", async () => {
  const before = await countKeys();
  harness.redis.down = true;
  expect((await post("a")).status).toBe(503);
  await Promise.all(harness.pending);
  Object.assign(harness.redis, emptyRedis());
  const retried = await post("a");
  expect(retried.status).toBe(201);
  expect(retried.text).toContain("tg_default_");
  expect(harness.redis.published.map(({ kind }) => kind).toSorted()).toEqual(["key", "scope"]);
  expect(await countKeys()).toBe(before + 1);
});

describe("the transaction of a claim", () => {
  /** An app with one POST that makes an organization; `before` runs between the claim and the transaction. */
  function makerOf(before: () => Promise<unknown>) {
    const app = new Hono<ControlEnv>();
    app.onError((error) => problemResponse(problemOf(error, "req_x"), "req_x"));
    app.post("/organizations", (c) => {
      c.set("services", harness.services);
      c.set("principal", { actor: "admin", role: "admin", organizationId: null, teamId: null });
      return answerOnce(c, "body", async (remember: Remember) => {
        await before();
        const id = `org_${crypto.randomUUID()}`;
        const answer = { status: 201, body: { id }, organizationId: id, documents: [] };
        await harness.database.batch([
          harness.database.insert(organizations).values({ id, name: "made" }),
          ...(await remember(answer)),
        ]);
        return answer;
      });
    });
    return () => app.request("/organizations", { method: "POST", headers: { "idempotency-key": "x" } });
  }

  test("fails as a whole where the claim was taken over meanwhile", async () => {
    const before = await harness.database.$count(organizations);
    const fast = makerOf(async () => undefined);
    const slow = makerOf(async () => {
      harness.clock.nowMs += 60_001;
      expect((await fast()).status).toBe(201);
    });
    const late = await slow();
    expect([late.status, await late.json()]).toMatchObject([409, { code: "idempotency_in_progress" }]);
    expect(await harness.database.$count(organizations)).toBe(before + 1);
    expect((await fast()).headers.get("idempotency-replayed")).toBe("true");
  });

  test("is done although its reply was lost: the retry gets the answer", async () => {
    const before = await harness.database.$count(organizations);
    const maker = makerOf(async () => harness.bridge.fault("lose_reply"));
    expect((await maker()).status).toBe(503);
    await Promise.all(harness.pending);
    harness.bridge.fault(undefined);
    expect((await maker()).headers.get("idempotency-replayed")).toBe("true");
    expect(await harness.database.$count(organizations)).toBe(before + 1);
  });
});

test("a replay raises no version again", async () => {
  await post("a");
  const versions = await harness.database.select().from(policyVersions);
  await post("a");
  expect(await harness.database.select().from(policyVersions)).toEqual(versions);
});
