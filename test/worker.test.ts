import { beforeEach, expect, test, vi } from "vitest";
import type workerOfAnIsolate from "../src/worker.ts";

// The settings are read once in an isolate's life, so each test has a module of its own.
let worker: typeof workerOfAnIsolate;
beforeEach(async () => {
  vi.resetModules();
  ({ default: worker } = await import("../src/worker.ts"));
});

const SECRETS = {
  ADMIN_KEY: "the-admin-key",
  KEY_SECRET: "a-key-secret-that-is-long-enough",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
  UPSTASH_REDIS_REST_TOKEN: "the-redis-token",
  DATABASE_URL: "postgres://user:the-password@127.0.0.1/db",
};
const CONTEXT = {
  waitUntil: () => undefined,
  passThroughOnException: () => undefined,
} as unknown as ExecutionContext; // Node has none; nothing else of it is used.

const ask = (env: Record<string, unknown>, path = "/healthz") =>
  worker.fetch(new Request(`http://127.0.0.1${path}`), env, CONTEXT);

test("a Worker with all its settings answers", async () => {
  expect((await ask(SECRETS)).status).toBe(200);
});

test.each(Object.keys(SECRETS))("without %s every path answers 503 and names it", async (missing) => {
  for (const [path, absent] of [
    ["/healthz", undefined],
    ["/openai/v1/chat/completions", ""],
  ] as const) {
    const response = await ask({ ...SECRETS, [missing]: absent }, path);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      status: 503,
      code: "misconfigured",
      detail: `${missing} is not set`,
    });
  }
});

test.each([
  ["KEY_SECRET", "too-short"],
  ["UPSTASH_REDIS_REST_URL", "redis-without-a-scheme"],
  ["DATABASE_URL", "mysql://user:the-password@host/db"],
  ["OPENAI_BASE_URL", "ftp://wrong-scheme"],
  ["MAX_BODY_BYTES", "lots-of-bytes"],
  ["HOLD_LEASE_SECONDS", "-77"],
  ["DEFAULT_PROVIDER", "no-provider-of-ours"],
  ["ALLOW_PRIVATE_ADDRESSES", "maybe-so"],
])("a wrong %s is named, and its value is not", async (setting, value) => {
  const response = await ask({ ...SECRETS, [setting]: value });
  expect(response.status).toBe(503);
  const text = await response.text();
  expect(text).toContain(setting);
  expect(text).not.toContain(value);
  for (const secret of [...Object.values(SECRETS), "the-password"]) expect(text).not.toContain(secret);
});

test("all that is wrong is named at once", async () => {
  const response = await ask({ ...SECRETS, ADMIN_KEY: undefined, MAX_BODY_BYTES: "x" });
  const { detail } = await response.json<{ detail: string }>();
  expect(detail).toMatch(/ADMIN_KEY is not set/);
  expect(detail).toMatch(/MAX_BODY_BYTES/);
});
