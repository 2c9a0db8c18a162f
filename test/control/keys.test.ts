import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { proveSecret } from "../../src/gate/secret.ts";
import { budgets, keys, policyVersions } from "../../src/ledger/policy-schema.ts";
import type { PostOf } from "../support/api-client.ts";
import { type Harness, KEY_SECRET, START_MS, emptyRedis, makeKey, startHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  Object.assign(harness.redis, emptyRedis());
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const MONTH = { limit: "10", period: "month" };

async function digestOf(keyId: string): Promise<string> {
  const [row] = await harness.database.select().from(keys).where(eq(keys.id, keyId));
  return row?.digest ?? "no such key";
}

async function versionOf(kind: "key" | "scope", id: string): Promise<number> {
  const [row] = await harness.database
    .select()
    .from(policyVersions)
    .where(and(eq(policyVersions.kind, kind), eq(policyVersions.id, id)));
  return row?.version ?? 0;
}

describe("POST", () => {
  test("makes a key with defaults, and tells its secret", async () => {
    const answer = await call("POST", "/api/v1/keys", { body: {} });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{26}$/),
      secret: expect.stringMatching(/^tg_default_/),
      hint: expect.stringMatching(/^.{4}$/),
      organization_id: "org_default",
      enabled: true,
      status: "active",
      when_short: "clamp",
      min_output_tokens: 256,
      on_disconnect: "drain",
      allow_unpriced: false,
      budgets: [],
      created_at: "2026-05-13T10:30:00.000Z",
      updated_at: "2026-05-13T10:30:00.000Z",
    });
  });

  test("the secret proves itself and its digest is what is stored", async () => {
    const { id, secret } = await makeKey(harness);
    const proven = await proveSecret([KEY_SECRET], secret);
    expect(proven).toEqual({ organizationId: "org_default", digest: await digestOf(id) });
  });

  test("takes every writable field and shows it again", async () => {
    const body: PostOf<"/api/v1/keys"> = {
      name: "a key",
      organization_id: "org_default",
      enabled: false,
      expires_at: "2027-01-01T01:00:00+01:00",
      models: ["openai/*"],
      endpoints: ["chat"],
      providers: ["openai"],
      model_aliases: { fast: "openai/gpt-4o-mini" },
      tags: ["a", "b"],
      metadata: { team: { nested: [1, null] } },
      when_short: "reject",
      min_output_tokens: 1,
      on_disconnect: "abort",
      allow_unpriced: true,
    };
    const made = await makeKey(harness, body);
    expect((await call("GET", `/api/v1/keys/${made.id}`)).body).toMatchObject({
      ...body,
      expires_at: "2027-01-01T00:00:00.000Z",
      status: "disabled",
    });
  });

  test("nested budgets are the key's, and live from the start", async () => {
    const answer = await call("POST", "/api/v1/keys", { body: { budgets: [MONTH, { ...MONTH, limit: 0 }] } });
    const made = await makeKey(harness, { budgets: [MONTH] });
    expect(answer.body).toMatchObject({
      budgets: [
        {
          scope: { kind: "key" },
          limit: "10.00",
          spent: "0.00",
          held: "0.00",
          remaining: "10.00",
          period_start: "2026-05-01T00:00:00.000Z",
          resets_at: "2026-06-01T00:00:00.000Z",
        },
        { limit: "0.00", remaining: "0.00" },
      ],
    });
    const rows = await harness.database.select().from(budgets).where(eq(budgets.scopeId, made.id));
    expect(rows.map(({ id, scopeKind, limit }) => ({ id, scopeKind, limit }))).toEqual([
      { id: made.budgets[0]?.id, scopeKind: "key", limit: 10_000_000_000 },
    ]);
  });

  test("law 10: raises and publishes both documents, so that the first call finds them", async () => {
    const { id } = await makeKey(harness);
    const digest = await digestOf(id);
    expect(harness.redis.published).toEqual([
      { organizationId: "org_default", kind: "key", id: digest },
      { organizationId: "org_default", kind: "scope", id: `key:${id}` },
    ]);
    expect([await versionOf("key", digest), await versionOf("scope", `key:${id}`)]).toEqual([1, 1]);
  });

  test("is one transaction: with a budget that fails there is no key", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const before = await harness.database.$count(keys);
    await harness.database.execute(
      "alter table budgets add constraint small check (limit_amount <> 1234000000000)",
    );
    const answer = await call("POST", "/api/v1/keys", { body: { budgets: [{ ...MONTH, limit: 1234 }] } });
    await harness.database.execute("alter table budgets drop constraint small");
    expect(answer.status).toBe(500);
    expect(await harness.database.$count(keys)).toBe(before);
    expect(harness.redis.published).toEqual([]);
    log.mockRestore();
  });
});

test("the secret is in no later answer and not in the database", async () => {
  const { id, secret } = await makeKey(harness, { budgets: [MONTH] });
  const answers = [
    await call("GET", `/api/v1/keys/${id}`),
    await call("GET", "/api/v1/keys"),
    await call("PATCH", `/api/v1/keys/${id}`, { body: { name: "renamed" } }),
    await call("PATCH", `/api/v1/keys/${id}`, { body: { secret } }),
    await call("GET", "/api/v1/key", { authorization: `Bearer ${secret}` }),
  ];
  for (const { text } of answers) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(await digestOf(id));
  }
  const [row] = await harness.database.select().from(keys).where(eq(keys.id, id));
  expect(JSON.stringify(row)).not.toContain(secret);
});

describe("GET one", () => {
  test("law 1: shows its own budgets with what the gate enforces", async () => {
    const { id, budgets } = await makeKey(harness, { budgets: [MONTH] });
    harness.redis.live.set(budgets[0]?.id ?? "", { spent: 2_500_000_000, held: 1 });
    expect((await call("GET", `/api/v1/keys/${id}`)).body).toMatchObject({
      budgets: [{ spent: "2.50", held: "0.000000001", remaining: "7.499999999" }],
    });
  });

  test("asks Redis nothing for a key without budgets", async () => {
    const { id } = await makeKey(harness);
    harness.redis.down = true;
    expect((await call("GET", `/api/v1/keys/${id}`)).status).toBe(200);
  });

  test("is expired from its last millisecond on", async () => {
    const { id } = await makeKey(harness, { expires_at: new Date(START_MS + 1_000).toISOString() });
    harness.clock.nowMs = START_MS + 999;
    expect((await call("GET", `/api/v1/keys/${id}`)).body).toMatchObject({ status: "active" });
    harness.clock.nowMs = START_MS + 1_000;
    expect((await call("GET", `/api/v1/keys/${id}`)).body).toMatchObject({ status: "expired" });
  });
});

describe("PATCH", () => {
  test("R56: keeps what is absent, clears what is null", async () => {
    const { id } = await makeKey(harness, {
      name: "kept",
      tags: ["a"],
      models: ["openai/*"],
      metadata: { a: 1 },
      expires_at: "2027-01-01T00:00:00Z",
      when_short: "reject",
      min_output_tokens: 7,
    });
    harness.clock.nowMs += 1_000;
    const body = {
      tags: null,
      models: null,
      metadata: null,
      expires_at: null,
      when_short: null,
      min_output_tokens: null,
    };
    const answer = await call("PATCH", `/api/v1/keys/${id}`, { body });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      name: "kept",
      when_short: "clamp",
      min_output_tokens: 256,
      updated_at: "2026-05-13T10:30:01.000Z",
      created_at: "2026-05-13T10:30:00.000Z",
    });
    for (const field of ["tags", "models", "metadata", "expires_at"])
      expect(answer.body).not.toHaveProperty(field);
    expect((await call("GET", `/api/v1/keys/${id}`)).body).toEqual(answer.body);
  });

  test("law 10: raises and publishes the key's document before it answers", async () => {
    const { id } = await makeKey(harness);
    const digest = await digestOf(id);
    harness.redis.published = [];
    await call("PATCH", `/api/v1/keys/${id}`, { body: { enabled: false } });
    expect(await versionOf("key", digest)).toBe(2);
    expect(harness.redis.published).toEqual([{ organizationId: "org_default", kind: "key", id: digest }]);
  });

  test("a change that couldn't be published is published by the same change again", async () => {
    const { id } = await makeKey(harness);
    harness.redis.down = true;
    expect((await call("PATCH", `/api/v1/keys/${id}`, { body: { enabled: false } })).status).toBe(503);
    expect((await call("GET", `/api/v1/keys/${id}`)).body).toMatchObject({ enabled: false });
    Object.assign(harness.redis, emptyRedis());
    expect((await call("PATCH", `/api/v1/keys/${id}`, { body: { enabled: false } })).status).toBe(200);
    expect(harness.redis.published).toHaveLength(1);
  });
});

describe("DELETE", () => {
  test("revokes: the key is still there, its status says so, and enabling doesn't undo it", async () => {
    const { id } = await makeKey(harness);
    const digest = await digestOf(id);
    expect(await call("DELETE", `/api/v1/keys/${id}`)).toMatchObject({ status: 204, text: "" });
    expect(await call("GET", `/api/v1/keys/${id}`)).toMatchObject({
      status: 200,
      body: { status: "revoked" },
    });
    expect(await versionOf("key", digest)).toBe(2);
    expect(harness.redis.published.at(-1)).toMatchObject({ kind: "key", id: digest });
    await call("PATCH", `/api/v1/keys/${id}`, { body: { enabled: true } });
    expect((await call("GET", `/api/v1/keys/${id}`)).body).toMatchObject({ status: "revoked" });
  });

  test("again keeps the first moment, and publishes again", async () => {
    const { id } = await makeKey(harness);
    await call("DELETE", `/api/v1/keys/${id}`);
    harness.clock.nowMs += 60_000;
    const published = harness.redis.published.length;
    expect((await call("DELETE", `/api/v1/keys/${id}`)).status).toBe(204);
    expect(harness.redis.published).toHaveLength(published + 1);
    const [row] = await harness.database.select().from(keys).where(eq(keys.id, id));
    expect(row?.revokedAt?.getTime()).toBe(START_MS);
  });
});
