import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mintSecret } from "../../src/gate/secret.ts";
import {
  ADMIN_KEY,
  type Harness,
  KEY_SECRET,
  START_MS,
  emptyRedis,
  makeBudget,
  makeKey,
  startHarness,
} from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const ask = (secret: string | null) =>
  harness.call("GET", "/api/v1/key", { authorization: secret === null ? null : `Bearer ${secret}` });

test("shows the key and every budget it is under, live, and nobody else's", async () => {
  const other = await makeKey(harness, { budgets: [{ limit: 1, period: "day" }] });
  const { id, secret, budgets } = await makeKey(harness, { budgets: [{ limit: "10", period: "month" }] });
  const own = budgets[0]?.id ?? "";
  const organization = await makeBudget(harness, { limit: "100", period: "total" });
  harness.redis.live.set(organization, { spent: 20_000_000_000, held: 5_000_000_000 });
  const answer = await ask(secret);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      id,
      status: "active",
      budgets: [
        { id: own, scope: { kind: "key", id }, limit: "10.00", spent: "0.00" },
        {
          id: organization,
          scope: { kind: "organization" },
          spent: "20.00",
          held: "5.00",
          remaining: "75.00",
          resets_at: null,
        },
      ],
    },
  });
  for (const hidden of [secret, other.id, other.budgets[0]?.id]) expect(answer.text).not.toContain(hidden);
});

test.each(["x-api-key", "api-key", "x-goog-api-key"])("takes the key from %s too", async (name) => {
  const { id, secret } = await makeKey(harness);
  const headers = { [name]: secret };
  const answer = await harness.call("GET", "/api/v1/key", { authorization: null, headers });
  expect(answer).toMatchObject({ status: 200, body: { id } });
});

describe("a key that isn't genuine", () => {
  test.each([null, "", "tg_", ADMIN_KEY, `tg_default_${"0".repeat(32)}_${"0".repeat(26)}`, "sk-123"])(
    "%s is 401 with no statement sent",
    async (presented) => {
      const before = harness.bridge.stats();
      expect(await ask(presented)).toMatchObject({ status: 401, body: { code: "invalid_key" } });
      expect(harness.bridge.stats()).toEqual(before);
    },
  );

  test("a real key with one character changed is 401", async () => {
    const { secret } = await makeKey(harness);
    const forged = secret.slice(0, -1) + (secret.endsWith("0") ? "4" : "0");
    expect((await ask(forged)).status).toBe(401);
  });

  test("a genuine text that was never stored is 401", async () => {
    const { secret } = await mintSecret(KEY_SECRET, "org_default");
    expect(await ask(secret)).toMatchObject({ status: 401, body: { code: "invalid_key" } });
  });
});

describe("a key that isn't active is told so", () => {
  test("disabled", async () => {
    const { secret } = await makeKey(harness, { enabled: false });
    expect(await ask(secret)).toMatchObject({ status: 401, body: { code: "key_disabled" } });
  });

  test("disabled and expired: the gate's own order", async () => {
    const { secret } = await makeKey(harness, { enabled: false, expires_at: "2020-01-01T00:00:00Z" });
    expect(await ask(secret)).toMatchObject({ status: 401, body: { code: "key_disabled" } });
  });

  test("expired, at the moment itself", async () => {
    const { secret } = await makeKey(harness, { expires_at: new Date(START_MS + 1).toISOString() });
    expect((await ask(secret)).status).toBe(200);
    harness.clock.nowMs = START_MS + 1;
    expect(await ask(secret)).toMatchObject({ status: 401, body: { code: "key_expired" } });
  });

  test("revoked, whatever else it is", async () => {
    const { id, secret } = await makeKey(harness, { enabled: false, expires_at: "2020-01-01T00:00:00Z" });
    await harness.call("DELETE", `/api/v1/keys/${id}`);
    const answer = await ask(secret);
    expect(answer).toMatchObject({ status: 401, body: { code: "key_revoked" } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });
});
