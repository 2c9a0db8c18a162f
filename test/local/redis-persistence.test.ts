// What outlives the process, the clock of the embedded engine, and its snapshots.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbeddedRedis } from "../../src/local/redis/embedded/engine.ts";
import type { RedisEngine } from "../../src/local/redis/engine.ts";
import { connectRedis } from "../../src/local/redis/real-engine.ts";
import { startRedisServer } from "../../src/local/redis/redis-server.ts";
import { anyCommand } from "./redis-random-commands.ts";
import { openEmbedded, realRedisIsHere, show, temporaryFolder } from "./redis-engines.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const WRITES = [
  ["SET", "text", "ünï\ncödé"],
  ["SET", "counter", "41"],
  ["HSET", "hash", "f", "1", "g", "é"],
  ["RPUSH", "list", "a", "b", "c"],
  ["LTRIM", "list", "1", "-1"],
  ["ZADD", "zset", "2.5", "m", "-inf", "n", "1700000000000", "o"],
  ["EVAL", "redis.call('INCR', KEYS[1]) redis.call('RPUSH', KEYS[2], 'from Lua')", "2", "counter", "list"],
  ["SET", "gone", "x"],
  ["DEL", "gone"],
  ["SET", "expiring", "x", "EX", "1000"],
];
const READS = [
  ["MGET", "text", "counter", "gone", "expiring"],
  ["HMGET", "hash", "f", "g"],
  ["LRANGE", "list", "0", "-1"],
  ["ZRANGE", "zset", "0", "-1", "WITHSCORES"],
  ["TTL", "text"],
];
const EXPECTED = [
  ["ünï\ncödé", "42", null, "x"],
  ["1", "é"],
  ["b", "c", "from Lua"],
  ["n", "-inf", "m", "2.5", "o", "1700000000000"],
  -1,
];

async function run(engine: RedisEngine, commands: string[][]) {
  const replies = [];
  for (const command of commands) replies.push(show(await engine.call(command)));
  return replies;
}

describe("the embedded engine with a file", () => {
  const file = () => join(folder, "data", "redis.log");

  test("has after a restart what it had before", async () => {
    const first = await openEmbeddedRedis({ file: file() });
    await run(first, WRITES);
    await first.close();
    const second = await openEmbeddedRedis({ file: file() });
    expect(await run(second, READS)).toEqual(EXPECTED);
    expect(await run(second, [["TTL", "expiring"]])).toEqual([expect.closeTo(1000, -1)]);
    await second.close();
  });

  test("loses nothing that was answered when its process is killed", async () => {
    const engineUrl = new URL("../../src/local/redis/embedded/engine.ts", import.meta.url).href;
    const program = `
      const { openEmbeddedRedis } = await import(${JSON.stringify(engineUrl)});
      const engine = await openEmbeddedRedis({ file: ${JSON.stringify(file())} });
      for (const command of ${JSON.stringify(WRITES)}) await engine.call(command);
      process.kill(process.pid, "SIGKILL");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    const engine = await openEmbeddedRedis({ file: file() });
    expect(await run(engine, READS)).toEqual(EXPECTED);
    await engine.close();
  });

  test("drops a line that was cut off, with all writes of its script, and goes on", async () => {
    const first = await openEmbeddedRedis({ file: file() });
    await run(first, [
      ["SET", "a", "1"],
      ["SET", "b", "1"],
    ]);
    await first.close();
    appendFileSync(file(), '[["SET","a","2"],["SET","b"');
    const second = await openEmbeddedRedis({ file: file() });
    expect(
      await run(second, [
        ["MGET", "a", "b"],
        ["INCR", "a"],
      ]),
    ).toEqual([["1", "1"], 2]);
    await second.close();
    const third = await openEmbeddedRedis({ file: file() });
    expect(await run(third, [["MGET", "a", "b"]])).toEqual([["2", "1"]]);
    await third.close();
  });

  test("refuses to start on a file that is damaged in the middle", async () => {
    const first = await openEmbeddedRedis({ file: file() });
    await run(first, [["SET", "a", "1"]]);
    await first.close();
    appendFileSync(file(), 'garbage\n[["SET","a","2"]]\n');
    await expect(openEmbeddedRedis({ file: file() })).rejects.toThrow(
      "line 2 of the embedded Redis's data is damaged",
    );
  });

  test("replays what expired between two writes as it happened", async () => {
    let nowMs = 1_000_000;
    const first = await openEmbeddedRedis({ file: file(), now: () => nowMs });
    await run(first, [
      ["SET", "early", "5", "PX", "100"],
      ["SET", "late", "5", "PX", "100"],
      ["INCR", "late"],
    ]);
    nowMs += 100;
    await run(first, [
      ["INCR", "early"],
      ["SET", "past", "1"],
      ["EXPIRE", "past", "-1"],
      ["INCR", "past"],
    ]);
    await first.close();
    const second = await openEmbeddedRedis({ file: file(), now: () => nowMs });
    expect(
      await run(second, [
        ["MGET", "early", "late", "past"],
        ["PTTL", "early"],
      ]),
    ).toEqual([["1", null, "1"], -1]);
    await second.close();
  });

  test("has the same keys after a restart, whatever was written and whenever keys expired", async () => {
    const step = fc.tuple(anyCommand, fc.constantFrom(0, 0, 1, 600_000, 1_500_000));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: "max" }), async (steps) => {
        rmSync(file(), { force: true });
        let nowMs = 1_700_000_000_000;
        const now = () => nowMs;
        const first = await openEmbeddedRedis({ file: file(), now });
        for (const [command, passedMs] of steps) {
          nowMs += passedMs;
          await first.call(command);
        }
        const before = first.snapshot();
        await first.close();
        const second = await openEmbeddedRedis({ file: file(), now });
        expect(second.snapshot()).toBe(before);
        await second.close();
      }),
    );
  });

  test("rewrites the file to what is there at each start", async () => {
    const first = await openEmbeddedRedis({ file: file() });
    for (let count = 0; count < 500; count++) await first.call(["INCR", "counter"]);
    await first.close();
    const size = statSync(file()).size;
    await (await openEmbeddedRedis({ file: file() })).close();
    expect(statSync(file()).size).toBeLessThan(size / 100);
    expect(readFileSync(file(), "utf8")).toBe('[["SET","counter","500"]]\n');
  });
});

describe("the embedded engine's snapshots", () => {
  test("restore puts back an older state, also in the file", async () => {
    const file = join(folder, "redis.log");
    const engine = await openEmbeddedRedis({ file });
    await run(engine, WRITES);
    const snapshot = engine.snapshot();
    await run(engine, [["FLUSHALL"], ["SET", "text", "newer"], ["SET", "other", "x"]]);
    engine.restore(snapshot);
    expect(await run(engine, READS)).toEqual(EXPECTED);
    expect(engine.snapshot()).toBe(snapshot);
    await engine.close();
    const reopened = await openEmbeddedRedis({ file });
    expect(reopened.snapshot()).toBe(snapshot);
    await reopened.close();
  });

  test("the empty snapshot is a Redis that lost its memory, but not its scripts", async () => {
    const { engine, close } = await openEmbedded();
    await run(engine, WRITES);
    const sha = createHash("sha1").update("return 1").digest("hex");
    await run(engine, [["SCRIPT", "LOAD", "return 1"]]);
    engine.restore("");
    expect(await run(engine, [["DBSIZE"], ["EVALSHA", sha, "0"]])).toEqual([0, 1]);
    await close();
  });

  test("hold sets and lists of any size", async () => {
    const { engine, close } = await openEmbedded();
    const items = Array.from({ length: 2000 }, (_, index) => String(index));
    await run(engine, [
      ["RPUSH", "l", ...items],
      ["ZADD", "z", ...items.flatMap((item) => [item, item])],
    ]);
    engine.restore(engine.snapshot());
    expect(
      await run(engine, [
        ["LRANGE", "l", "0", "-1"],
        ["ZRANGE", "z", "0", "-1"],
      ]),
    ).toEqual([items, items]);
    await close();
  });
});

describe("the embedded engine's clock", () => {
  test("a key is there until the last millisecond of its life, and not after", async () => {
    let nowMs = 5_000;
    const { engine, close } = await openEmbedded({ now: () => nowMs });
    await run(engine, [
      ["SET", "k", "v", "PX", "1000"],
      ["HSET", "h", "f", "1"],
      ["EXPIRE", "h", "1"],
    ]);
    nowMs += 999;
    expect(await run(engine, [["GET", "k"], ["PTTL", "k"], ["TTL", "k"], ["DBSIZE"]])).toEqual([
      "v",
      1,
      0,
      2,
    ]);
    nowMs += 1;
    expect(
      await run(engine, [["GET", "k"], ["PTTL", "k"], ["HGET", "h", "f"], ["KEYS", "*"], ["DBSIZE"]]),
    ).toEqual([null, -2, null, [], 0]);
    await close();
  });

  test("SET drops a TTL unless it is told to keep it; INCR keeps it", async () => {
    const { engine, close } = await openEmbedded({ now: () => 5_000 });
    await run(engine, [
      ["SET", "k", "1", "EX", "10"],
      ["INCR", "k"],
    ]);
    expect(
      await run(engine, [
        ["TTL", "k"],
        ["SET", "k", "3", "KEEPTTL"],
        ["TTL", "k"],
      ]),
    ).toEqual([10, { status: "OK" }, 10]);
    expect(
      await run(engine, [
        ["SET", "k", "4"],
        ["TTL", "k"],
      ]),
    ).toEqual([{ status: "OK" }, -1]);
    await close();
  });

  test("SCAN meets every key that stays, however others come and go", async () => {
    const { engine, close } = await openEmbedded();
    const stay = Array.from({ length: 50 }, (_, index) => `stay:${index}`);
    for (const key of stay)
      await run(engine, [
        ["SET", key, "1"],
        ["SET", `go:${key}`, "1"],
      ]);
    const met: unknown[] = [];
    let cursor = "0";
    do {
      const [next, keys] = (await run(engine, [["SCAN", cursor, "MATCH", "stay:*", "COUNT", "7"]]))[0] as [
        string,
        string[],
      ];
      met.push(...keys);
      cursor = next;
      await run(engine, [
        ["DEL", `go:stay:${met.length}`, `go:stay:${met.length - 1}`],
        ["SET", `new:${cursor}`, "1"],
      ]);
    } while (cursor !== "0");
    expect(new Set(met)).toEqual(new Set(stay));
    expect(met).toHaveLength(stay.length);
    await close();
  });
});

describe.skipIf(!realRedisIsHere)("redis-server with a folder", () => {
  test("has after a stop, and after a kill, what it had before", async () => {
    const first = await startRedisServer({ dir: folder });
    const engine = await connectRedis(first.url);
    await run(engine, WRITES);
    await engine.close();
    await first.stop();
    const second = await startRedisServer({ dir: folder });
    const again = await connectRedis(second.url);
    expect(await run(again, READS)).toEqual(EXPECTED);
    await run(again, [["SET", "text", "newer"]]);
    await again.close();
    process.kill(second.pid, "SIGKILL");
    await second.stop();
    const third = await startRedisServer({ dir: folder });
    const last = await connectRedis(third.url);
    expect(await run(last, [["GET", "text"]])).toEqual(["newer"]);
    await last.close();
    await third.stop();
  });

  test("a command fails at once while Redis is away, and works once it is back", async () => {
    const first = await startRedisServer({ dir: folder });
    const engine = await connectRedis(first.url);
    await first.stop();
    await expect(engine.call(["GET", "k"])).rejects.toThrow(/offline|closed/i);
    const second = await startRedisServer({ dir: folder, port: first.port });
    await expect.poll(() => engine.call(["GET", "k"]).catch(() => "away")).toBe(null);
    await engine.close();
    await second.stop();
  });
});
