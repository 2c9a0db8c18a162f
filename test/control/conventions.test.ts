import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createControl } from "../../src/control/control.ts";
import { budgets } from "../../src/ledger/policy-schema.ts";
import { sql } from "drizzle-orm";
import {
  ADMIN_KEY,
  type Harness,
  KEY_SECRET,
  ORGANIZATION_BUDGET,
  emptyRedis,
  makeBudget,
  makeKey,
  pointersOf,
  startHarness,
} from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
  harness.bridge.fault(undefined);
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const UNKNOWN_KEY = "/api/v1/keys/key_00000000000000000000000000";

describe("who may ask", () => {
  const admin = [
    ["GET", "/api/v1/keys"],
    ["POST", "/api/v1/keys"],
    ["GET", UNKNOWN_KEY],
    ["DELETE", UNKNOWN_KEY],
    ["GET", "/api/v1/budgets"],
    ["GET", "/api/v1/holds"],
    ["GET", "/api/v1/ledger"],
    ["GET", "/api/v1/requests/req_00000000000000000000000000"],
    ["GET", "/api/v1/organizations"],
    ["POST", "/api/v1/teams"],
    ["PUT", `/api/v1/teams/team_${"0".repeat(26)}/members/user_${"0".repeat(26)}`],
    ["GET", "/api/v1/users"],
    ["DELETE", "/api/v1/customers/acme"],
    ["POST", `/api/v1/budgets/bud_${"0".repeat(26)}/adjustments`],
    ["POST", `/api/v1/budgets/bud_${"0".repeat(26)}/reset`],
    ["POST", "/api/v1/reconcile"],
    ["PUT", "/api/v1/prices/openai/gpt-4o"],
    ["POST", "/api/v1/prices/quote"],
    ["GET", "/api/v1/nothing-here"],
  ] as const;

  test.each(admin)("%s %s needs the admin key", async (method, path) => {
    const { secret } = await makeKey(harness);
    const wrong = [
      null,
      "",
      "Bearer",
      "Bearer ",
      `Bearer ${ADMIN_KEY}x`,
      `Bearer ${ADMIN_KEY.slice(1)}`,
      `Basic ${ADMIN_KEY}`,
      ADMIN_KEY,
      `Bearer ${secret}`,
    ];
    for (const authorization of wrong) {
      const answer = await call(method, path, { authorization });
      expect(answer).toMatchObject({ status: 401, body: { code: "invalid_key", status: 401 } });
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  test("a client's own key in x-api-key doesn't open the admin's resources either", async () => {
    const { secret } = await makeKey(harness);
    const headers = { "x-api-key": secret };
    expect((await call("GET", "/api/v1/keys", { authorization: null, headers })).status).toBe(401);
  });

  test("health and readiness need no key", async () => {
    expect(await call("GET", "/healthz", { authorization: null })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    expect(await call("GET", "/readyz", { authorization: null })).toMatchObject({
      status: 200,
      body: { redis: { ok: true, latency_ms: 1 }, postgres: { ok: true, latency_ms: 2 } },
    });
  });
});

test("readiness is 503 and names the store that is down", async () => {
  harness.redis.probe = { redis: { ok: false, ms: 8_000 }, postgres: { ok: true, ms: 2 } };
  expect(await call("GET", "/readyz")).toMatchObject({
    status: 503,
    body: { code: "store_unavailable", detail: "Down: redis", redis: { ok: false } },
  });
});

describe("paths and methods", () => {
  test.each([
    ["PUT", "/api/v1/keys", "GET, HEAD, POST"],
    ["PUT", UNKNOWN_KEY, "GET, HEAD, PATCH, DELETE"],
    ["POST", "/api/v1/key", "GET, HEAD"],
    ["DELETE", "/api/v1/ledger", "GET, HEAD"],
    ["GET", "/api/v1/holds/hold_00000000000000000000000000/void", "POST"],
    ["POST", "/healthz", "GET, HEAD"],
    ["PUT", "/api/v1/organizations", "GET, HEAD, POST"],
    ["PUT", "/api/v1/customers/acme", "GET, HEAD, PATCH, DELETE"],
    ["PATCH", `/api/v1/teams/team_${"0".repeat(26)}/members/x`, "GET, HEAD, PUT, DELETE"],
    ["GET", `/api/v1/budgets/bud_${"0".repeat(26)}/reset`, "POST"],
    ["PUT", `/api/v1/budgets/bud_${"0".repeat(26)}/adjustments`, "GET, HEAD, POST"],
    ["GET", "/api/v1/reconcile", "POST"],
  ])("%s %s is 405 and says what is allowed", async (method, path, allow) => {
    const answer = await call(method, path);
    expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(answer.headers.get("allow")).toBe(allow);
  });

  test.each(["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/keys/", "/api/v1/keys/a/b"])(
    "%s is 404",
    async (path) => {
      expect(await call("GET", path)).toMatchObject({ status: 404, body: { code: "not_found" } });
    },
  );

  test.each(["key_1", "KEY_00000000000000000000000000", "bud_00000000000000000000000000", "%00", "..%2f"])(
    "the id %s in a path is unknown, with no statement sent",
    async (id) => {
      const before = harness.bridge.stats().statements;
      expect((await call("GET", `/api/v1/keys/${id}`)).status).toBe(404);
      expect(harness.bridge.stats().statements).toBe(before);
    },
  );

  test("an unknown id of the right shape is 404 for every method", async () => {
    expect((await call("GET", UNKNOWN_KEY)).status).toBe(404);
    expect((await call("PATCH", UNKNOWN_KEY, { body: {} })).status).toBe(404);
    expect((await call("DELETE", UNKNOWN_KEY)).status).toBe(404);
  });
});

describe("every answer", () => {
  test("carries a request id, an error's body the same one", async () => {
    const good = await call("GET", "/api/v1/keys");
    const bad = await call("GET", "/api/v1/nothing");
    expect(good.headers.get("x-tollgate-request-id")).toMatch(/^req_[0-9a-z]{26}$/);
    expect(bad.body).toMatchObject({ request_id: bad.headers.get("x-tollgate-request-id") });
    expect(bad.headers.get("x-tollgate-request-id")).not.toBe(good.headers.get("x-tollgate-request-id"));
  });

  test("an error is a problem of RFC 9457 that nothing stores", async () => {
    const answer = await call("POST", "/api/v1/keys", { body: { nmae: "x", name: 1 } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body).toEqual({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: expect.any(String),
      code: "invalid_request",
      request_id: expect.any(String),
      errors: expect.arrayContaining([
        { pointer: "/nmae", detail: "is not known here" },
        { pointer: "/name", detail: expect.any(String) },
      ]),
    });
  });
});

test("the conventions hold where the app is mounted in another", async () => {
  const outer = new Hono().route(
    "/",
    createControl(() => harness.services),
  );
  const refused = await outer.request("/api/v1/keys");
  expect([refused.status, await refused.json()]).toMatchObject([401, { code: "invalid_key" }]);
  expect(refused.headers.get("x-tollgate-request-id")).toMatch(/^req_/);
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  expect((await outer.request("/api/v1/keys", { headers })).status).toBe(200);
  expect((await outer.request("/api/v1/keys", { method: "PUT", headers })).status).toBe(405);
  expect((await outer.request("/openai/v1/models", { headers })).status).toBe(404);
});

describe("bodies", () => {
  test("a body of nothing but mistakes has a bounded answer", async () => {
    const body = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`field${n}`, 1]));
    expect(pointersOf(await call("POST", "/api/v1/keys", { body }))).toHaveLength(50);
  });

  test.each([
    ["nothing", ""],
    ["half an object", '{"name":'],
    ["NaN", '{"metadata":{"a":NaN}}'],
    ["bytes that aren't UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["an array", "[]"],
    ["null", "null"],
    ["a text", '"tg_"'],
  ])("%s is 400", async (_, text) => {
    expect(await call("POST", "/api/v1/keys", { text })).toMatchObject({
      status: 400,
      body: { code: "invalid_request" },
    });
  });

  test("a body that isn't JSON is not quoted back", async () => {
    expect((await call("POST", "/api/v1/keys", { text: "tg_default_secret" })).text).not.toContain("tg_");
  });

  test("more than 1 MiB is 413, whether the length is declared or not", async () => {
    const text = `{"name":"${"x".repeat(1_048_576)}"}`;
    expect(await call("POST", "/api/v1/keys", { text })).toMatchObject({
      status: 413,
      body: { code: "body_too_large" },
    });
    const headers = { "content-length": "1048577" };
    expect((await call("POST", "/api/v1/keys", { text: "{}", headers })).status).toBe(413);
  });

  test("what a database can't hold is a bad field, not a failure", async () => {
    const deep = `{"metadata":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`;
    expect((await call("POST", "/api/v1/keys", { text: deep })).status).toBe(400);
    for (const body of [{ name: "a\0b" }, { name: "\ud800" }, { metadata: { "\0": 1 } }]) {
      expect((await call("POST", "/api/v1/keys", { body })).status).toBe(400);
    }
    expect((await call("GET", "/api/v1/ledger?customer=%00")).status).toBe(400);
  });

  test("__proto__ is an unknown field as any other", async () => {
    const answer = await call("POST", "/api/v1/keys", { text: '{"__proto__":{"name":"x"}}' });
    expect(pointersOf(answer)).toEqual(["/__proto__"]);
  });

  test("a name in a pointer is escaped", async () => {
    const answer = await call("POST", "/api/v1/keys", { body: { "a/b~c": 1 } });
    expect(pointersOf(answer)).toEqual(["/a~1b~0c"]);
  });
});

describe("queries", () => {
  test.each([
    ["/api/v1/keys?limt=1", "/limt"],
    ["/api/v1/keys?limit=0", "/limit"],
    ["/api/v1/keys?limit=201", "/limit"],
    ["/api/v1/keys?limit=-1", "/limit"],
    ["/api/v1/keys?limit=1e2", "/limit"],
    ["/api/v1/keys?limit=", "/limit"],
    ["/api/v1/keys?limit=1&limit=2", "/limit"],
    ["/api/v1/keys?cursor=x", "/cursor"],
    ["/api/v1/keys?cursor=", "/cursor"],
    ["/api/v1/budgets?cursor=W10", "/cursor"],
    ["/api/v1/ledger?cursor=WzEsMl0", "/cursor"],
    ["/api/v1/holds?cursor=WyJuZXh0Il0", "/cursor"],
    ["/api/v1/holds?cursor=WyJoZWxkIiwiLTEiXQ", "/cursor"],
    ["/api/v1/holds?state=open", "/state"],
    ["/api/v1/organizations?cursor=W10", "/cursor"],
    ["/api/v1/organizations?organization_id=org_default", "/organization_id"],
    ["/api/v1/teams?cursor=WyJ1c2VyXzEiXQ", "/cursor"],
    ["/api/v1/users?limit=0", "/limit"],
    ["/api/v1/customers?cursor=WyIiXQ", "/cursor"],
    [`/api/v1/ledger?customer=${"x".repeat(257)}`, "/customer"],
    [`/api/v1/ledger?tag=${"%C3%A9".repeat(129)}`, "/tag"],
    ["/api/v1/ledger?kind=refund", "/kind"],
    ["/api/v1/ledger?from=yesterday", "/from"],
    ["/api/v1/ledger?from=0000-01-01T00:00:00Z", "/from"],
    ["/api/v1/ledger?from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", "/to"],
    ["/api/v1/ledger?key=a&key_id=b", "/key"],
    [`${UNKNOWN_KEY}?verbose=1`, "/verbose"],
    ["/healthz?x=1", "/x"],
  ])("%s is 400 at %s", async (path, pointer) => {
    const answer = await call("GET", path);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });

  test("a limit of 200 is the last that is taken", async () => {
    expect((await call("GET", "/api/v1/keys?limit=200")).status).toBe(200);
  });
});

describe("failures", () => {
  test.each(["error", "drop"] as const)("Postgres away (%s) is 503 and named", async (fault) => {
    harness.bridge.fault(fault);
    const answer = await call("GET", "/api/v1/keys");
    expect(answer).toMatchObject({ status: 503, body: { code: "store_unavailable", store: "postgres" } });
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  test("Redis away is 503 and named", async () => {
    const id = await makeBudget(harness);
    harness.redis.down = true;
    expect(await call("GET", `/api/v1/budgets/${id}`)).toMatchObject({
      status: 503,
      body: { code: "store_unavailable", store: "redis" },
    });
  });

  test("law 10: with Redis away the change is stored and the answer says what that means", async () => {
    harness.redis.down = true;
    const answer = await call("POST", "/api/v1/budgets", { body: ORGANIZATION_BUDGET });
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "store_unavailable", detail: expect.stringContaining("The change is stored") },
    });
  });

  test("an unexpected error is a bare 500, and its message is in neither the answer nor the log", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const id = await makeBudget(harness);
    harness.redis.broken = new Error(`${KEY_SECRET} and\nmore of ${ADMIN_KEY}`);
    const answer = await call("GET", `/api/v1/budgets/${id}`);
    expect(answer).toMatchObject({ status: 500, body: { code: "internal_error" } });
    const logged = JSON.stringify(log.mock.calls);
    for (const secret of [KEY_SECRET, ADMIN_KEY]) {
      expect(answer.text).not.toContain(secret);
      expect(logged).not.toContain(secret);
    }
    expect(logged).toContain(answer.headers.get("x-tollgate-request-id"));
    log.mockRestore();
  });

  test("a failing statement is logged by its SQLSTATE, without its parameters", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await harness.database.execute(sql`alter table ${budgets} rename column name to title`);
    const body = { ...ORGANIZATION_BUDGET, name: "a confidential name" };
    const answer = await call("POST", "/api/v1/budgets", { body });
    await harness.database.execute(sql`alter table ${budgets} rename column title to name`);
    expect(answer.status).toBe(500);
    const logged = JSON.stringify(log.mock.calls);
    expect(logged).toContain("42703");
    expect(logged + answer.text).not.toContain("confidential");
    log.mockRestore();
  });
});
