// What crosses the border between Redis and Lua, on both engines.

import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_SCRIPT_INSTRUCTIONS } from "../../src/local/redis/embedded/script-runner.ts";
import type { RedisEngine } from "../../src/local/redis/engine.ts";
import { ENGINES, openEmbedded, type Opened, show, type Shown } from "./redis-engines.ts";

const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
const status = (text: string) => ({ status: text });
const failure = (pattern: RegExp) => ({ error: expect.stringMatching(pattern) as string });

async function evaluate(engine: RedisEngine, script: string, keys: string[] = [], argv: string[] = []) {
  return show(await engine.call(["EVAL", script, String(keys.length), ...keys, ...argv]));
}

// KEYS are {"k", "other"}, ARGV is {"é", "7"}; "k" holds the list {"item"}, "other" holds nothing.
const CASES: [script: string, expected: Shown][] = [
  ["return nil", null],
  ["return true", 1],
  ["return false", null],
  ["return 3.99", 3],
  ["return -3.99", -3],
  ["return 1234567890123456", 1234567890123456],
  ["return 1/0", -(2 ** 63)],
  ["return {1, 2, nil, 4}", [1, 2]],
  ["return {1, false, 'x', {2.7, {ok = 'FINE'}}, true}", [1, null, "x", [2, status("FINE")], 1]],
  ["return {1, name = 'x'}", [1]],
  ["return {ok = 'FINE'}", status("FINE")],
  ["return {err = 'CODE why'}", { error: "CODE why" }],
  ["return redis.error_reply('CODE why')", { error: "CODE why" }],
  ["return redis.error_reply('why')", { error: "ERR why" }],
  ["return redis.status_reply('FINE')", status("FINE")],
  ["return redis.sha1hex('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"],
  ["return {redis.log(redis.LOG_WARNING, 'x'), 1}", []],
  ["return {KEYS[1], KEYS[2], #KEYS, ARGV[1], #ARGV[1]}", ["k", "other", 2, "é", 2]],
  ["return tostring(1234567890123456)", "1.2345678901235e+15"],
  ["return 1234567890123456 .. ''", "1.2345678901235e+15"],
  ["return string.format('%.0f', 1234567890123456)", "1234567890123456"],
  ["return tostring(100000000000000)", "1e+14"],
  ["return tostring(0.1)", "0.1"],
  ["redis.call('SET', KEYS[2], 1234567890123456) return redis.call('GET', KEYS[2])", "1234567890123456"],
  ["redis.call('SET', KEYS[2], 0.1) return redis.call('GET', KEYS[2])", "0.10000000000000001"],
  ["redis.call('SET', KEYS[2], 1e20) return redis.call('GET', KEYS[2])", "1e+20"],
  ["return redis.call('INCRBY', KEYS[2], ARGV[2]) + 0.5", 7],
  ["return redis.call('SET', KEYS[2], 'x').ok", "OK"],
  ["return tostring(redis.call('GET', KEYS[2]))", "false"],
  [
    "local v = redis.call('MGET', KEYS[2], KEYS[1], KEYS[2]) return {#v, type(v[1]), tostring(v[3])}",
    [3, "boolean", "false"],
  ],
  ["return redis.call('LRANGE', KEYS[1], 0, -1)", ["item"]],
  ["return redis.pcall('GET', KEYS[1])", { error: WRONG_TYPE }],
  ["return redis.pcall('GET', KEYS[1]).err", WRONG_TYPE],
  ["local ok, why = pcall(redis.call, 'GET', KEYS[1]) return {tostring(ok), why}", ["false", WRONG_TYPE]],
  [
    "\nredis.call('GET', KEYS[1])",
    failure(new RegExp(`^${WRONG_TYPE} script: [0-9a-f]{40}, on @user_script:2\\.$`)),
  ],
  ["error('why')", failure(/^ERR user_script:1: why script: [0-9a-f]{40}, on @user_script:1\.$/)],
  ["error({err = 'CODE why'})", failure(/^CODE why script: /)],
  [
    "local t = nil return t.x",
    failure(/^ERR user_script:1: attempt to index local 't' \(a nil value\) script: /),
  ],
  ["return redis.call('NOSUCH')", failure(/^ERR Unknown Redis command called from script script: /)],
  [
    "return redis.call('GET')",
    failure(/^ERR Wrong number of args calling Redis command from script script: /),
  ],
  [
    "return redis.call('GET', {})",
    failure(/^ERR Lua redis lib command arguments must be strings or integers script: /),
  ],
  [
    "return redis.call()",
    failure(/^ERR Please specify at least one argument for this redis lib call script: /),
  ],
  [
    "return redis.call('EVAL', 'return 1', 0)",
    failure(/^ERR This Redis command is not allowed from script script: /),
  ],
  ["x = 1", failure(/^ERR user_script:1: Attempt to modify a readonly table script: /)],
  ["string.x = 1", failure(/Attempt to modify a readonly table/)],
  ["rawset(_G, 'x', 1)", failure(/Attempt to modify a readonly table/)],
  [
    "return x",
    failure(/^ERR user_script:1: Script attempted to access nonexistent global variable 'x' script: /),
  ],
  ["return io", failure(/nonexistent global variable 'io'/)],
  [
    "return return",
    failure(/^ERR Error compiling script \(new function\): user_script:1: unexpected symbol near 'return'$/),
  ],
];

describe.each(ENGINES)("scripts on $name", ({ isHere, open }) => {
  describe.skipIf(!isHere)("the engine", () => {
    let opened: Opened;
    let engine: RedisEngine;
    beforeAll(async () => {
      opened = await open();
      engine = opened.engine;
    });
    afterAll(() => opened.close());

    test.each(CASES)("%s", async (script, expected) => {
      await engine.call(["FLUSHALL"]);
      await engine.call(["RPUSH", "k", "item"]);
      expect(await evaluate(engine, script, ["k", "other"], ["é", "7"])).toEqual(expected);
    });

    test("EVALSHA knows a script from EVAL or SCRIPT LOAD on, until SCRIPT FLUSH", async () => {
      const noScript = { error: "NOSCRIPT No matching script. Please use EVAL." };
      const sha = createHash("sha1").update("return 'loaded'").digest("hex");
      expect(show(await engine.call(["SCRIPT", "LOAD", "return 'loaded'"]))).toBe(sha);
      expect(show(await engine.call(["EVALSHA", sha.toUpperCase(), "0"]))).toBe("loaded");
      expect(show(await engine.call(["SCRIPT", "EXISTS", sha, "0".repeat(40)]))).toEqual([1, 0]);
      expect(show(await engine.call(["SCRIPT", "FLUSH"]))).toEqual(status("OK"));
      expect(show(await engine.call(["EVALSHA", sha, "0"]))).toEqual(noScript);
      await evaluate(engine, "return 'loaded'");
      expect(show(await engine.call(["EVALSHA", sha, "0"]))).toBe("loaded");
    });

    test("a wrong number of keys is refused", async () => {
      const refusals = ["2", "-1", "x"].map(async (count) =>
        show(await engine.call(["EVAL", "return 1", count, "k"])),
      );
      expect(await Promise.all(refusals)).toEqual([
        { error: "ERR Number of keys can't be greater than number of args" },
        { error: "ERR Number of keys can't be negative" },
        { error: "ERR value is not an integer or out of range" },
      ]);
    });

    test("writes before an error stay: Lua has no rollback", async () => {
      await evaluate(engine, "redis.call('SET', KEYS[1], 'kept') error('after')", ["written"]);
      expect(show(await engine.call(["GET", "written"]))).toBe("kept");
    });

    test("bytes that are no UTF-8 come back as they were", async () => {
      const bytes = Buffer.from([0, 255, 13, 10, 128]);
      await engine.call(["SET", "bytes", bytes]);
      const reply = await engine.call([
        "EVAL",
        "return redis.call('GET', KEYS[1]) .. #redis.call('GET', KEYS[1])",
        "1",
        "bytes",
      ]);
      expect(reply).toEqual(Buffer.concat([bytes, Buffer.from("5")]));
    });

    test("a reply larger than any buffer kept for it arrives whole", async () => {
      const large = "é".repeat(1_000_000);
      await engine.call(["SET", "large", large]);
      expect(await evaluate(engine, "return redis.call('GET', KEYS[1])", ["large"])).toBe(large);
      expect(await evaluate(engine, "return #ARGV[1]", [], [large])).toBe(2_000_000);
    });

    test("EVAL bills one command and one for each call inside", async () => {
      const before = await engine.billedCommands();
      await evaluate(engine, "for i = 1, 5 do redis.call('GET', KEYS[2]) end redis.pcall('GET', KEYS[1])", [
        "k",
        "other",
      ]);
      expect((await engine.billedCommands()) - before).toBe(7);
    });
  });
});

describe("scripts on the embedded engine alone", () => {
  test("an endless script is ended, however it catches errors, and the next one runs", async () => {
    const { engine, close } = await openEmbedded();
    const endless = "while true do pcall(function() while true do end end) end";
    expect(await evaluate(engine, endless)).toEqual(
      failure(new RegExp(`^ERR Script ran more than ${MAX_SCRIPT_INSTRUCTIONS} instructions`)),
    );
    expect(await evaluate(engine, "local n = 0 for i = 1, 1000 do n = n + i end return n")).toBe(500500);
    await close();
  });

  test("a table that holds itself is no endless reply", async () => {
    const { engine, close } = await openEmbedded();
    expect(JSON.stringify(await evaluate(engine, "local t = {} t[1] = t return t"))).toContain(
      "reached lua stack limit",
    );
    expect(await evaluate(engine, "return 1")).toBe(1);
    await close();
  });

  test("time stands still inside a script and a key can't expire in the middle of it", async () => {
    let nowMs = 1_700_000_000_123;
    const { engine, close } = await openEmbedded({ now: () => nowMs++ });
    await engine.call(["SET", "k", "v", "PX", "1"]);
    expect(await evaluate(engine, "return {redis.call('TIME'), redis.call('TIME')}")).toEqual([
      ["1700000000", "124000"],
      ["1700000000", "124000"],
    ]);
    await close();
  });
});
