// The REST interface as Upstash's own client and plain requests see it, over both engines.

import { createHash } from "node:crypto";
import { Redis } from "@upstash/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MAX_REQUEST_BYTES, serveUpstash, type UpstashServer } from "../../src/local/redis/http.ts";
import { ENGINES, type Opened } from "./redis-engines.ts";

const TOKEN = "a-local-token";
const SHEBANG = "#!lua flags=allow-key-locking\n";

describe.each(ENGINES)("Upstash's interface over $name", ({ isHere, open }) => {
  describe.skipIf(!isHere)("the server", () => {
    let opened: Opened;
    let server: UpstashServer;
    let redis: Redis;
    beforeAll(async () => {
      opened = await open();
      server = await serveUpstash({ engine: opened.engine, token: TOKEN });
      redis = new Redis({
        url: server.url,
        token: TOKEN,
        enableTelemetry: false,
        enableAutoPipelining: false,
        automaticDeserialization: false,
        retry: { retries: 0 },
      });
    });
    afterAll(async () => {
      await server.close();
      await opened.close();
    });
    beforeEach(() => redis.flushall());

    const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(server.url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, headers: response.headers, json: await response.json() };
    };

    test("the client's commands work, with text of any script", async () => {
      expect(await redis.set("k", "ünïcödé 🦊")).toBe("OK");
      expect(await redis.get("k")).toBe("ünïcödé 🦊");
      expect(await redis.mset({ a: "1", b: "2" })).toBe("OK");
      expect(await redis.mget("a", "nothing", "b")).toEqual(["1", null, "2"]);
      expect(await redis.zadd("z", { score: 2, member: "two" }, { score: 1, member: "one" })).toBe(2);
      expect(await redis.zrange("z", 0, -1)).toEqual(["one", "two"]);
      expect(await redis.rpush("l", "x", "y")).toBe(2);
      expect(await redis.lrange("l", 0, -1)).toEqual(["x", "y"]);
      expect(await redis.type("l")).toBe("list");
      expect(await redis.ping()).toBe("PONG");
    });

    test("pipelines answer each command for itself", async () => {
      const { status, json } = await post("/pipeline", [
        ["SET", "k", "v"],
        ["INCR", "k"],
        ["GET", "k"],
      ]);
      expect(status).toBe(200);
      expect(json).toEqual([
        { result: "OK" },
        { error: "ERR value is not an integer or out of range" },
        { result: "v" },
      ]);
    });

    test("multi-exec runs all commands or, where one is malformed, none", async () => {
      expect(await redis.multi().set("k", "1").incr("k").get("k").exec()).toEqual(["OK", 2, "2"]);
      expect(
        await post("/multi-exec", [
          ["SET", "k", "9"],
          ["LPUSH", "k", "x"],
        ]),
      ).toMatchObject({
        status: 200,
        json: [{ result: "OK" }, { error: expect.stringMatching(/^WRONGTYPE/) as string }],
      });
      expect(await post("/multi-exec", [["SET", "k", "10"], ["GET"]])).toMatchObject({
        status: 400,
        json: { error: "ERR wrong number of arguments for 'get' command" },
      });
      expect(await redis.get("k")).toBe("9");
    });

    test("a command may be a path, with the body as its last argument and options as a query", async () => {
      expect((await post("/set/path%20key?EX=100", "the value")).json).toEqual({ result: "OK" });
      const response = await fetch(`${server.url}/get/path%20key?_token=${TOKEN}`);
      expect(await response.json()).toEqual({ result: "the value" });
      expect(await redis.ttl("path key")).toBe(100);
    });

    test("base64 encodes every string but OK", async () => {
      const headers = { "upstash-encoding": "base64" };
      expect((await post("/", ["SET", "k", "é"], headers)).json).toEqual({ result: "OK" });
      expect((await post("/", ["MGET", "k", "nothing"], headers)).json).toEqual({
        result: [Buffer.from("é").toString("base64"), null],
      });
      expect((await post("/", ["PING"], headers)).json).toEqual({
        result: Buffer.from("PONG").toString("base64"),
      });
    });

    test("every answer carries a sync token", async () => {
      const { headers } = await post("/", ["PING"]);
      expect(headers.get("upstash-sync-token")).toMatch(/^[A-Za-z0-9+/=]+$/);
    });

    test.each(["Bearer wrong", `Bearer ${TOKEN}x`, "Bearer ", TOKEN, ""])(
      "the authorization %j is refused and not counted",
      async (authorization) => {
        const { requests } = await server.stats();
        expect(await post("/", ["PING"], { authorization })).toMatchObject({
          status: 401,
          json: { error: "Unauthorized" },
        });
        expect((await server.stats()).requests).toBe(requests);
      },
    );

    test.each(["", "no json", "{}", "[]", '"GET"', "[[]]"])("the body %j is a 400", async (body) => {
      expect(await post("/", body)).toMatchObject({
        status: 400,
        json: { error: expect.any(String) as string },
      });
      expect((await post("/pipeline", body === "[]" ? "{}" : body)).status).toBe(400);
    });

    test("a body at the limit is read, one byte more is refused", async () => {
      const command = (length: number) => JSON.stringify(["SET", "k", "x".repeat(length)]);
      const room = MAX_REQUEST_BYTES - command(0).length;
      expect((await post("/", command(room))).json).toEqual({ result: "OK" });
      expect((await post("/", command(room + 1))).status).toBe(413);
      expect(await opened.engine.call(["GET", "k"])).toHaveLength(room);
    });

    test.each(["SUBSCRIBE", "MONITOR", "select", "MULTI", "BLPOP", "SHUTDOWN", "CLIENT"])(
      "%s is refused: it would change what all clients share",
      async (name) => {
        const refused = { error: `ERR Command is not available: '${name}'` };
        expect(await post("/", [name, "1"])).toMatchObject({ status: 400, json: refused });
        expect(await post("/multi-exec", [[name, "1"]])).toMatchObject({ status: 400, json: refused });
      },
    );

    describe("a script with key locking", () => {
      const sum = `${SHEBANG}redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])`;

      test("runs by the sha of the text that the client sent", async () => {
        const sha = createHash("sha1").update(sum).digest("hex");
        await redis.scriptFlush();
        await expect(redis.evalsha(sha, ["k"], ["v"])).rejects.toThrow("NOSCRIPT");
        expect(await redis.eval(sum, ["k"], ["v"])).toBe("v");
        expect(await redis.evalsha(sha, ["k"], ["w"])).toBe("w");
        expect(await redis.scriptExists(sha)).toEqual([1]);
        expect(await redis.scriptLoad(sum)).toBe(sha);
        expect(await redis.createScript(sum).exec(["k"], ["x"])).toBe("x");
      });

      test.each([
        ["GET", "'stray'"],
        ["MGET", "KEYS[1], 'stray'"],
        ["MSET", "KEYS[1], 'v', 'stray', 'v'"],
        ["DEL", "KEYS[1], 'stray'"],
        ["ZADD", "'stray', 1, 'm'"],
      ])("may not touch a key that was not declared: %s", async (name, args) => {
        const script = `${SHEBANG}return redis.call('${name}', ${args})`;
        const refusal =
          "ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: stray";
        await expect(redis.eval(script, ["k"], [])).rejects.toThrow(refusal);
        expect(await redis.exists("stray")).toBe(0);
        const caught = `${SHEBANG}return redis.pcall('${name}', ${args}).err`;
        expect(await redis.eval(caught, ["k"], [])).toBe(refusal);
      });

      test("may call what has no keys, and has the same errors and lines as without", async () => {
        expect(await redis.eval(`${SHEBANG}return #redis.call('TIME')`, [], [])).toBe(2);
        expect(await redis.eval(`${SHEBANG}return redis.sha1hex('')`, [], [])).toMatch(/^da39a3ee/);
        await expect(redis.eval(`${SHEBANG}\n\nerror('x')`, [], [])).rejects.toThrow("user_script:4: x");
        await expect(redis.eval(`${SHEBANG}return redis.call()`, [], [])).rejects.toThrow(
          "at least one argument",
        );
      });

      test("without the line, any key may be touched", async () => {
        expect(await redis.eval("return redis.call('SET', 'stray', 'v')", [], [])).toBe("OK");
      });
    });

    test("stats count requests, and commands as Upstash bills them", async () => {
      const before = await server.stats();
      await redis.ping();
      await redis.set("k", "1");
      await redis.eval(`${SHEBANG}redis.call('GET', KEYS[1]) return redis.call('INCR', KEYS[1])`, ["k"], []);
      await redis.multi().get("k").get("k").exec();
      await post("/pipeline", [
        ["GET", "k"],
        ["GET", "k"],
      ]);
      const after = await server.stats();
      expect(after.requests - before.requests).toBe(5);
      expect(after.commands - before.commands).toBe(1 + 3 + 2 + 2);
    });
  });
});
