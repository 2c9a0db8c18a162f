import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkPostgres } from "../../src/deploy/doctor/postgres.ts";
import { checkRedis } from "../../src/deploy/doctor/redis.ts";
import { rehearse } from "../../src/deploy/doctor/rehearsal.ts";
import { checkWorker } from "../../src/deploy/doctor/worker.ts";
import { clockFinding, type Finding } from "../../src/deploy/doctor/finding.ts";
import { parseEnv } from "../../src/env.ts";
import { close, listen } from "../../src/local/demo/serve.ts";
import type { Backend } from "../../src/local/postgres/backend.ts";
import { servePostgres, type PostgresBridge } from "../../src/local/postgres/serve.ts";
import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import { serveUpstash } from "../../src/local/redis/http.ts";
import { openRedis } from "../../src/store/redis.ts";
import { openStores } from "../../src/wiring.ts";
import { openMigrated } from "../support/migrated-postgres.ts";

const PASSWORD = "doctor";
let backend: Backend;
let bridge: PostgresBridge;
let engine: Awaited<ReturnType<typeof openEmbeddedRedis>>;
let front: Awaited<ReturnType<typeof serveUpstash>>;

beforeAll(async () => {
  backend = await openMigrated();
  bridge = await servePostgres({ backend, password: PASSWORD });
  engine = await openEmbeddedRedis();
  front = await serveUpstash({ engine, token: PASSWORD });
});
afterAll(async () => {
  await Promise.all([bridge.close(), front.close()]);
  await backend.close();
});

function configOf(change: Record<string, string> = {}) {
  const parsed = parseEnv({
    ADMIN_KEY: "admin",
    KEY_SECRET: "a secret of the doctor's tests",
    UPSTASH_REDIS_REST_URL: front.url,
    UPSTASH_REDIS_REST_TOKEN: PASSWORD,
    DATABASE_URL: bridge.databaseUrl,
    DATABASE_HTTP_URL: bridge.url,
    ...change,
  });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}
const storesOf = (config = configOf()) => openStores(config, async () => undefined);
const bad = (findings: Finding[]) =>
  findings.filter(({ level }) => level !== "ok").map(({ level, about, says }) => `${level} ${about} ${says}`);
const tables = async () => {
  const { rows } = await backend.run({
    text: "select (select count(*) from ledger_entries) + (select count(*) from organization_books) + (select count(*) from budget_totals) + (select count(*) from usage_totals)",
    params: [],
  });
  return rows[0]?.[0];
};

test("stores that are as they should be pass, and the rehearsal leaves nothing behind in either", async () => {
  const { books, database: open } = storesOf();
  const database = await open();
  const config = configOf();
  expect(bad(await checkPostgres(database, config.DATABASE_URL))).toEqual([]);
  // The embedded Redis has no setting of eviction to tell of.
  expect(bad(await checkRedis(config))).toEqual([
    "warn redis doesn't tell whether it evicts when it is full",
  ]);
  const finding = await rehearse(books, { database, run: openRedis(config).run, org: "doctor_1" });
  expect(finding).toMatchObject({ level: "ok" });
  expect(await engine.call(["KEYS", "*doctor*"])).toEqual([]);
  expect(await tables()).toBe("0");
});

test("a Redis with no pipelines over HTTP works, and is told of", async () => {
  const server = createServer((request, response) => {
    const answer = request.url === "/" ? { result: "PONG" } : { error: "ERR no such path" };
    response.writeHead("error" in answer ? 404 : 200).end(JSON.stringify(answer));
  });
  try {
    const url = `http://127.0.0.1:${await listen(server, 0)}`;
    const findings = await checkRedis(configOf({ UPSTASH_REDIS_REST_URL: url }));
    expect(bad(findings)).toContain("warn redis takes no pipelines over HTTP");
  } finally {
    await close(server);
  }
});

test("a database that lacks a migration fails, and is told the way", async () => {
  const latest = "(select max(created_at) from drizzle.__drizzle_migrations)";
  await backend.exec(
    `create table kept as select * from drizzle.__drizzle_migrations; delete from drizzle.__drizzle_migrations where created_at = ${latest}`,
  );
  const findings = await checkPostgres(await storesOf().database(), bridge.databaseUrl);
  await backend.exec(
    "truncate drizzle.__drizzle_migrations; insert into drizzle.__drizzle_migrations select * from kept",
  );
  expect(bad(findings)).toEqual([expect.stringMatching(/^fail postgres lacks 1 migrations: \d{4}_/)]);
  expect(findings.find(({ level }) => level === "fail")?.fix).toBe("npm run db:migrate");
});

test("a store that can't be reached fails by name, with no secret in what is said", async () => {
  const redis = await checkRedis(configOf({ UPSTASH_REDIS_REST_TOKEN: "wrong-token" }));
  expect(redis).toMatchObject([{ about: "redis", level: "fail" }]);
  const url = "postgres://user:top-secret@127.0.0.1:1/db";
  const away = storesOf(configOf({ DATABASE_URL: url, DATABASE_HTTP_URL: "http://127.0.0.1:1/sql" }));
  const postgres = await checkPostgres(await away.database(), url);
  expect(postgres).toMatchObject([{ about: "postgres", level: "fail" }]);
  const worker = await checkWorker("http://127.0.0.1:1", "admin-secret");
  expect(worker).toMatchObject([{ about: "worker", level: "fail" }]);
  expect(JSON.stringify([redis, postgres, worker])).not.toMatch(/wrong-token|top-secret|admin-secret/);
});

test("a clock that is off by more than a second is told, either way", () => {
  const off = (theirs: number) => clockFinding("redis", [1_000, 1_020], theirs);
  expect(off(1_010)).toMatchObject({ level: "ok" });
  expect(off(2_011)).toMatchObject({ level: "warn", says: "its clock is 1001 ms ahead of this machine's" });
  expect(off(-1_000)).toMatchObject({ level: "warn", says: "its clock is 2010 ms behind this machine's" });
});
