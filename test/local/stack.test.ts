import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neon, neonConfig } from "@neondatabase/serverless";
import { Redis } from "@upstash/redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { hasRedisServer } from "../../src/local/redis/redis-server.ts";
import { type Stack, startStack } from "../../src/local/stack.ts";
import {
  commandLinesOf,
  familyOf,
  type Run,
  runStart,
  type StackFile,
  untilGone,
  untilRunning,
} from "./stack-run.ts";

const ADMIN_KEY = "an-admin-key-that-was-given";

// A start takes five seconds on an idle machine, and several times that beside other suites.
const SLOW = { timeout: 120_000 };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tollgate-stack-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("npm start", SLOW, () => {
  // Two stacks side by side, each started twice on its folder: their starts are what this suite's time goes into.
  type Started = { dir: string; run: Run; file: StackFile };
  const start = async (
    name: string,
    settings: Record<string, string>,
    underShell = false,
  ): Promise<Started> => {
    const dir = join(root, name);
    const run = runStart({ ...settings, LOCAL_DIR: dir }, { underShell });
    return { dir, run, file: await untilRunning(dir, run) };
  };
  const withEmbedded = { LOCAL_REDIS: "embedded", ADMIN_KEY };
  const startBoth = (underShell = false) =>
    Promise.all([start("default", {}, underShell), start("embedded", withEmbedded, underShell)]);

  let first: Started;
  let second: Started;
  beforeAll(async () => {
    [first, second] = await startBoth();
  });
  afterAll(async () => {
    for (const { run } of [first, second]) run.kill("SIGTERM");
    await Promise.all([first, second].map(({ run }) => run.ended));
  });

  test("describes the stack in stack.json, for its owner only", async () => {
    const redisUrl: unknown = expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/);
    expect(first.file).toEqual({
      port: expect.any(Number),
      admin_key: expect.stringMatching(/^[\w-]{43}$/),
      pids: expect.objectContaining({ stack: first.run.pid, worker: expect.any(Number) }),
      redis: {
        rest_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        token: expect.any(String),
        url: hasRedisServer() ? redisUrl : null,
      },
      postgres: {
        http_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/sql$/),
        url: expect.stringMatching(/^postgres:\/\/tollgate:.+@127\.0\.0\.1\/tollgate$/),
      },
      bindings: expect.any(Object),
    });
    expect(second.file).toMatchObject({ admin_key: ADMIN_KEY, redis: { url: null } });
    for (const name of ["stack.json", "secrets.json", "worker.env", "worker.log"]) {
      expect([name, (await stat(join(first.dir, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  test("hands the Worker its stores, its secrets and the demo provider", () => {
    const { bindings, redis, postgres, admin_key } = first.file;
    expect(bindings).toEqual({
      ADMIN_KEY: admin_key,
      KEY_SECRET: expect.stringMatching(/^[\w-]{43}$/),
      UPSTASH_REDIS_REST_URL: redis.rest_url,
      UPSTASH_REDIS_REST_TOKEN: redis.token,
      DATABASE_URL: postgres.url,
      DATABASE_HTTP_URL: postgres.http_url,
      ALLOW_PRIVATE_ADDRESSES: "true",
      OPENAI_BASE_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      OPENAI_API_KEY: "local",
      ANTHROPIC_BASE_URL: bindings["OPENAI_BASE_URL"],
      ANTHROPIC_API_KEY: "local",
      GOOGLE_BASE_URL: bindings["OPENAI_BASE_URL"],
      GOOGLE_API_KEY: "local",
    });
  });

  test("has no secret on any command line", () => {
    const { bindings, redis, postgres } = first.file;
    const commandLines = commandLinesOf(familyOf(first.run.pid));
    expect(commandLines).toContain("wrangler");
    const secrets = [
      bindings["ADMIN_KEY"],
      bindings["KEY_SECRET"],
      redis.token,
      new URL(postgres.url).password,
    ];
    for (const secret of secrets) expect(commandLines).not.toContain(secret);
  });

  test("answers on its port, and so does the stack beside it", async () => {
    for (const { file } of [first, second]) {
      expect((await fetch(`http://127.0.0.1:${file.port}/readyz`)).status).toBe(200);
    }
    expect(second.file.port).not.toBe(first.file.port);
  });

  test("migrated the database before the Worker saw it", async () => {
    expect(await query(first.file, "select to_regclass('ledger_entries')::text as name")).toEqual([
      { name: "ledger_entries" },
    ]);
  });

  test("prints a curl that works when pasted, and how to see the budget", () => {
    const commands = [...first.run.output().matchAll(/^ {2}(curl (?:.*\\\n)*.*)$/gm)].map(
      ([, curl = ""]) => curl,
    );
    const [answer, key] = commands.map((curl) =>
      execFileSync("sh", ["-c", `${curl} --fail --silent`]).toString(),
    );
    expect(JSON.parse(answer ?? "")).toMatchObject({ choices: [{ message: { role: "assistant" } }] });
    expect(JSON.parse(key ?? "")).toMatchObject({ name: "first key", budgets: [{ limit: "10.00" }] });
  });

  test("refuses a port that is taken, names it and the way out, and leaves nothing running", async () => {
    const { port } = first.file;
    const run = runStart({ PORT: `${port}`, LOCAL_DIR: join(root, "taken") });
    expect(await run.ended).toBe(1);
    expect(run.output()).toBe(`Port ${port} is taken: choose another with PORT=${port + 1} npm start\n`);
    await untilGone(familyOf(run.pid));
    expect(existsSync(join(root, "taken"))).toBe(false);
  });

  test("refuses a folder in which a stack is running", async () => {
    const run = runStart({ LOCAL_DIR: first.dir });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain(`already running in ${first.dir}`);
    expect(existsSync(join(first.dir, "stack.json"))).toBe(true);
  });

  test("refuses wrong settings at once, each by its name", async () => {
    const run = runStart({
      PORT: "abc",
      LOCAL_REDIS: "foo",
      OPENAI_BASE_URL: "x",
      LOCAL_DIR: join(root, "wrong"),
    });
    expect(await run.ended).toBe(1);
    for (const name of ["PORT", "LOCAL_REDIS", "OPENAI_BASE_URL"])
      expect(run.output()).toContain(`${name} must be`);
    expect(existsSync(join(root, "wrong"))).toBe(false);
  });

  test("says which store it can't reach", async () => {
    const redis = runStart({ LOCAL_REDIS: "redis://127.0.0.1:1", LOCAL_DIR: join(root, "no-redis") });
    const postgres = runStart({
      LOCAL_POSTGRES: "postgres://x@127.0.0.1:1/y",
      LOCAL_DIR: join(root, "no-postgres"),
    });
    expect(await Promise.all([redis.ended, postgres.ended])).toEqual([1, 1]);
    expect(redis.output()).toContain("LOCAL_REDIS: nothing answers at 127.0.0.1:1");
    expect(postgres.output()).toContain("LOCAL_POSTGRES at 127.0.0.1:1/y");
  });

  test("prints its settings when asked, and refuses what it doesn't know", async () => {
    const help = runStart({}, { args: ["--help"] });
    const unknown = runStart({}, { args: ["--port", "1"] });
    expect(await Promise.all([help.ended, unknown.ended])).toEqual([0, 1]);
    for (const name of ["PORT", "LOCAL_DIR", "LOCAL_REDIS", "LOCAL_POSTGRES"])
      expect(help.output()).toContain(name);
    expect(unknown.output()).toContain("--port");
  });

  // From here on the stacks are stopped and started again, so the order matters.

  test("stops all that it started on SIGTERM, and says what ended when a process dies", async () => {
    for (const { file } of [first, second]) {
      await redisOf(file).set("kept", "in redis");
      await query(file, "create table kept as select 'in postgres' as value");
    }
    const families = [first, second].flatMap(({ run }) => familyOf(run.pid));
    first.run.kill("SIGTERM");
    process.kill(second.file.pids["worker"] ?? 0, "SIGKILL");

    expect(await Promise.all([first.run.ended, second.run.ended])).toEqual([0, 1]);
    await untilGone(families);
    expect(second.run.output()).toContain("The Worker (wrangler dev) ended unexpectedly");
    expect(second.run.output()).toContain("Ready on http://127.0.0.1:"); // From its log.
    for (const { dir } of [first, second]) {
      const left = await readdir(dir);
      for (const name of ["stack.json", "worker.env", "lock"]) expect(left).not.toContain(name);
    }
  });

  test("keeps data, secrets and the first key across a restart", async () => {
    const before = [first, second].map(({ file, run }) => ({ file, key: firstKeyIn(run) }));
    for (const { key } of before) expect(key).toMatch(/^tg_/);
    [first, second] = await startBoth(true);
    for (const [i, { file, run }] of [first, second].entries()) {
      expect(await redisOf(file).get("kept")).toBe("in redis");
      expect(await query(file, "select value from kept")).toEqual([{ value: "in postgres" }]);
      expect(file.admin_key).toBe(before[i]?.file.admin_key);
      expect(file.bindings["KEY_SECRET"]).toBe(before[i]?.file.bindings["KEY_SECRET"]);
      expect(run.output()).toContain(`Bearer ${before[i]?.key}"`);
    }
  });

  test("leaves no process when its parent is killed, nor when it is killed itself", async () => {
    const families = [first, second].flatMap(({ run }) => familyOf(run.pid));
    first.run.kill("SIGKILL"); // The shell around it.
    process.kill(second.file.pids["stack"] ?? 0, "SIGKILL");
    await untilGone(families);
    await Promise.all([first.run.ended, second.run.ended]);
    expect(existsSync(join(first.dir, "stack.json"))).toBe(false);
  });
});

describe("startStack", SLOW, () => {
  let temporary: string;
  beforeEach(async () => {
    temporary = await mkdtemp(join(root, "temporary-"));
    vi.stubEnv("TMPDIR", temporary);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("without options runs in memory on free ports, fails where told, and leaves nothing", async () => {
    const stack: Stack = await startStack({
      redis: { kind: "embedded" },
      bindings: { OPENAI_BASE_URL: "http://127.0.0.1:1", HOLD_LEASE_SECONDS: "5" },
    });
    const children = familyOf(stack.pids["worker"] ?? 0);
    expect(stack.bindings).toMatchObject({ OPENAI_BASE_URL: "http://127.0.0.1:1", HOLD_LEASE_SECONDS: "5" });
    expect(stack.firstKey).toEqual({ secret: expect.stringMatching(/^tg_/) });
    expect(await query(stack, "select 1 as one")).toEqual([{ one: 1 }]);
    stack.failPostgres("error");
    await expect(query(stack, "select 1 as one")).rejects.toThrow("HTTP status 500");

    await Promise.all([stack.stop(), stack.stop()]);
    await untilGone(children);
    expect(await readdir(temporary)).toEqual([]);
  });

  test("ends a start that is under way, with all that it started so far", async () => {
    const enough = new AbortController();
    let started: number[] = [];
    const log = (line: string) => {
      if (!line.startsWith("Worker:")) return;
      started = familyOf(process.pid).filter((pid) => pid !== process.pid);
      enough.abort(new Error("enough"));
    };
    await expect(startStack({ log, signal: enough.signal })).rejects.toThrow("enough");
    expect(started).not.toEqual([]);
    await untilGone(started);
    expect(await readdir(temporary)).toEqual([]);
  });
});

function redisOf({ redis }: Pick<StackFile, "redis">): Redis {
  return new Redis({ url: redis.rest_url, token: redis.token, enableTelemetry: false });
}

async function query({ postgres }: Pick<Stack, "postgres">, text: string): Promise<unknown> {
  neonConfig.fetchEndpoint = postgres.http_url ?? "";
  return neon(postgres.url).query(text);
}

function firstKeyIn(run: Run): string | undefined {
  return /Bearer (tg_\S+?)"/.exec(run.output())?.[1];
}
