import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

// What an isolate evaluates before its first call is answered. The bundler defers a module in the same way as Node does: until
// the first `import()` of it, if no module that is evaluated at once imports it by a statement.

const LISTING = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const { default: worker } = await import(${JSON.stringify(import.meta.resolve("../src/worker.ts"))});
const env = {
  ADMIN_KEY: "the-admin-key",
  KEY_SECRET: "a-key-secret-that-is-long-enough",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
  UPSTASH_REDIS_REST_TOKEN: "the-redis-token",
  DATABASE_URL: "postgres://user@127.0.0.1/db",
  LOG_CALLS: "false",
};
const request = new Request("http://127.0.0.1/openai/v1/chat/completions", { method: "POST", body: "{}" });
const { status } = await worker.fetch(request, env, { waitUntil() {} });
console.log(JSON.stringify({ status, loaded }));
`;

test("a start loads neither REST nor Postgres's driver and tables, nor the library of prices", async () => {
  const line = ["--input-type=module", "--eval", LISTING];
  const { stdout } = await promisify(execFile)(process.execPath, line, { maxBuffer: 10_000_000 });
  const { status, loaded } = JSON.parse(stdout) as { status: number; loaded: string[] };
  expect(status).toBe(401);
  expect(loaded.some((url) => url.endsWith("/src/gate/gate.ts"))).toBe(true);
  const late = /\/src\/control|@neondatabase|\/src\/ledger\/[a-z]+-schema\.ts|genai-prices/;
  expect(loaded.filter((url) => late.test(url))).toEqual([]);
});
