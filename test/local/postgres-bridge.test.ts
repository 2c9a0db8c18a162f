import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Backend } from "../../src/local/postgres/backend.ts";
import { embedded } from "../../src/local/postgres/embedded.ts";
import { external } from "../../src/local/postgres/external.ts";
import { type PostgresBridge, servePostgres } from "../../src/local/postgres/serve.ts";

const NODE = join(import.meta.dirname, "../../node_modules/.bin/node");
const EMBEDDED = join(import.meta.dirname, "../../src/local/postgres/embedded.ts");

describe("the Postgres bridge", () => {
  let backend: Backend;
  let bridge: PostgresBridge;

  beforeAll(async () => {
    backend = await embedded();
    bridge = await servePostgres({ backend, password: "right" });
    await backend.exec("create table marks (id int)");
  });

  beforeEach(async () => {
    neonConfig.fetchEndpoint = bridge.url;
    bridge.fault(undefined);
    await backend.exec("truncate marks");
  });

  afterAll(async () => {
    await bridge.close();
    await backend.close();
  });

  const countMarks = async () => (await backend.run({ text: "select count(*) from marks", params: [] })).rows;
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(bridge.url, {
      method: "POST",
      headers: { "neon-connection-string": bridge.databaseUrl, "neon-raw-text-output": "true", ...headers },
      body,
    });

  test("refuses another password, as Postgres does", async () => {
    const sql = neon(bridge.databaseUrl.replace("right", "wrong"));
    await expect(sql`insert into marks values (1)`).rejects.toMatchObject({ code: "28P01" });
    expect(await countMarks()).toEqual([["0"]]);
  });

  test.each([
    ["none", {}],
    ["no URL", { "neon-connection-string": "right" }],
    ["no password", { "neon-connection-string": "postgres://tollgate@127.0.0.1/tollgate" }],
  ])("refuses a request whose connection string is %s", async (_, headers) => {
    const answer = await fetch(bridge.url, { method: "POST", headers, body: "{}" });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "28P01" }]);
  });

  test.each(["", "nonsense", "[]", '{"query":1}', '{"query":"select 1","params":[{}]}', '{"queries":[1]}'])(
    "refuses the body %j with 400",
    async (body) => {
      expect((await post(body)).status).toBe(400);
    },
  );

  test("refuses what it doesn't speak: other paths, other methods, parsed output, unknown isolation", async () => {
    expect((await fetch(bridge.url.replace("/sql", "/other"), { method: "POST" })).status).toBe(404);
    expect((await fetch(bridge.url)).status).toBe(404);
    expect((await post('{"query":"select 1"}', { "neon-raw-text-output": "false" })).status).toBe(400);
    expect((await post('{"queries":[]}', { "neon-batch-isolation-level": "Chaos" })).status).toBe(400);
  });

  test("refuses a body above 64 MiB with 413", async () => {
    expect((await post(" ".repeat(64 * 1024 * 1024 + 1))).status).toBe(413);
  });

  test("listens on loopback only", async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal);
    const { port } = new URL(bridge.url);
    expect(new URL(bridge.url).hostname).toBe("127.0.0.1");
    if (!outside) return; // A machine with no other address has nothing to be closed to.
    const [error] = await once(createConnection(Number(port), outside.address), "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("counts requests, statements and transactions", async () => {
    const sql = neon(bridge.databaseUrl);
    const before = bridge.stats();
    await sql`select 1`;
    await sql.transaction([sql`select 1`, sql`select 2`]);
    expect(bridge.stats()).toEqual({
      requests: before.requests + 2,
      statements: before.statements + 3,
      transactions: before.transactions + 1,
    });
  });

  test.each([
    ["error", "HTTP status 500", "0"],
    ["drop", "Error connecting to database", "0"],
    ["lose_reply", "Error connecting to database", "1"],
  ] as const)("told to fail with %s, it says %j and leaves %s rows", async (fault, message, rows) => {
    const sql = neon(bridge.databaseUrl);
    bridge.fault(fault);
    await expect(sql`insert into marks values (1)`).rejects.toThrow(message);
    bridge.fault(undefined);
    expect(await sql`select count(*) from marks`).toEqual([{ count: rows }]);
  });

  test("answers 500, not a Postgres error, where the server behind it can't be reached", async () => {
    const nowhere = external("postgres://tollgate@127.0.0.1:1/postgres");
    const lame = await servePostgres({ backend: nowhere, password: "right" });
    neonConfig.fetchEndpoint = lame.url;
    await expect(neon(lame.databaseUrl)`select 1`).rejects.toThrow("HTTP status 500");
    await lame.close();
    await nowhere.close();
  });
});

describe("the embedded database in a folder", () => {
  let dir: string;
  beforeAll(async () => {
    dir = join(await mkdtemp(join(tmpdir(), "tollgate-embedded-")), "made", "on", "the", "way");
  });
  afterAll(() => rm(join(dir, "../../../.."), { recursive: true }));

  const ids = async (backend: Backend) =>
    (await backend.run({ text: "select id from marks order by id", params: [] })).rows.flat();

  test("keeps its data across a restart and across a process that is killed", async () => {
    const first = await embedded({ dir });
    await first.exec("create table marks (id int); insert into marks values (1);");
    await first.close();

    const program = `import { embedded } from ${JSON.stringify(EMBEDDED)};
      const backend = await embedded({ dir: ${JSON.stringify(dir)} });
      await backend.run({ text: "insert into marks values (2)", params: [] });
      console.log("written");
      setInterval(() => {}, 1000);`;
    const child = spawn(NODE, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(String((await once(child.stdout, "data"))[0])).toContain("written");
    child.kill("SIGKILL");
    await once(child, "exit");

    const last = await embedded({ dir });
    expect(await ids(last)).toEqual(["1", "2"]);
    await last.close();
  });
});
