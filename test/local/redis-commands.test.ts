// Each command once, with what Redis's documentation says it answers, on both engines. The finer points are
// left to the comparison with redis-server (redis-parity.test.ts); this table needs none.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENGINES, type Opened, show, type Shown } from "./redis-engines.ts";

const OK = { status: "OK" };
const WRONG_TYPE = { error: "WRONGTYPE Operation against a key holding the wrong kind of value" };
const SYNTAX = { error: "ERR syntax error" };

/** A script of commands, one a line, and the replies to them. */
const CASES: Record<string, [command: string, reply: Shown][]> = {
  "strings and counters": [
    ["SET k 1", OK],
    ["SET k 2 NX", null],
    ["SET k 3 XX GET", "1"],
    ["INCR k", 4],
    ["INCRBY k 10", 14],
    ["DECR k", 13],
    ["DECRBY k 3", 10],
    ["MSET a x b y", OK],
    ["MGET a nothing b", ["x", null, "y"]],
    ["INCR a", { error: "ERR value is not an integer or out of range" }],
    ["SET k 9223372036854775807", OK],
    ["INCR k", { error: "ERR increment or decrement would overflow" }],
    ["SET k 1 EX 0", { error: "ERR invalid expire time in 'set' command" }],
    ["SET k 1 NX XX", SYNTAX],
  ],
  keys: [
    ["MSET a 1 b 2 c 3", OK],
    ["EXISTS a b nothing a", 3],
    ["TYPE a", { status: "string" }],
    ["TYPE nothing", { status: "none" }],
    ["EXPIRE a 100", 1],
    ["TTL a", 100],
    ["EXPIRE a 50 GT", 0],
    ["PEXPIRE a 200000 GT", 1],
    ["TTL a", 200],
    ["PERSIST a", 1],
    ["TTL a", -1],
    ["PTTL nothing", -2],
    ["EXPIRE b -1", 1],
    ["GET b", null],
    ["DBSIZE", 2],
    ["DEL a nothing", 1],
    ["UNLINK c", 1],
    ["KEYS *", []],
  ],
  hashes: [
    ["HSET h a 1 b 2", 2],
    ["HSET h a 9 c 3", 1],
    ["HGET h a", "9"],
    ["HMGET h a nothing c", ["9", null, "3"]],
    ["HINCRBY h b 5", 7],
    ["HGETALL h", ["a", "9", "b", "7", "c", "3"]],
    ["HDEL h a b nothing", 2],
    ["HDEL h c", 1],
    ["EXISTS h", 0],
    ["HGETALL h", []],
  ],
  lists: [
    ["RPUSH l a b c b", 4],
    ["LPUSH l y x", 6],
    ["LRANGE l 0 -1", ["x", "y", "a", "b", "c", "b"]],
    ["LRANGE l -2 100", ["c", "b"]],
    ["LINDEX l -1", "b"],
    ["LSET l 0 z", OK],
    ["LSET l 9 z", { error: "ERR index out of range" }],
    ["LREM l -1 b", 1],
    ["LRANGE l 0 -1", ["z", "y", "a", "b", "c"]],
    ["LPOP l", "z"],
    ["LPOP l 2", ["y", "a"]],
    ["RPOP l 9", ["c", "b"]],
    ["LPOP l 1", null],
    ["LLEN l", 0],
    ["RPUSH l a b c d", 4],
    ["LTRIM l 1 -2", OK],
    ["LRANGE l 0 -1", ["b", "c"]],
    ["LTRIM l 5 9", OK],
    ["EXISTS l", 0],
  ],
  "sorted sets": [
    ["ZADD z 1 a 2 b 3 c 4 d", 4],
    ["ZADD z NX 9 a 5 e", 1],
    ["ZADD z XX CH 9 nothing 2 a", 1],
    ["ZADD z GT CH 1 a 7 e", 1],
    ["ZADD z LT CH 1 a 9 e", 1],
    ["ZADD z NX XX 1 a", { error: "ERR XX and NX options at the same time are not compatible" }],
    ["ZSCORE z e", "7"],
    ["ZMSCORE z a nothing", ["1", null]],
    ["ZCARD z", 5],
    ["ZCOUNT z (1 3", 2],
    ["ZRANGE z 0 1 WITHSCORES", ["a", "1", "b", "2"]],
    ["ZRANGE z 0 1 REV", ["e", "d"]],
    ["ZRANGE z (4 -inf BYSCORE REV LIMIT 1 2", ["b", "a"]],
    ["ZRANGE z 0 1 LIMIT 0 1", { error: expect.stringMatching(/^ERR syntax error, LIMIT/) as string }],
    ["ZRANGEBYSCORE z -inf +inf LIMIT 1 2 WITHSCORES", ["b", "2", "c", "3"]],
    ["ZRANGEBYSCORE z (2 (4", ["c"]],
    ["ZREM z a nothing", 1],
    ["ZREMRANGEBYSCORE z 2 (4", 2],
    ["ZRANGE z 0 -1", ["d", "e"]],
  ],
  "types, arity and unknown commands": [
    ["RPUSH l a", 1],
    ["GET l", WRONG_TYPE],
    ["MGET l", [null]],
    ["HGET l f", WRONG_TYPE],
    ["ZADD l 1 m", WRONG_TYPE],
    ["INCR l", WRONG_TYPE],
    ["SET l v", OK],
    ["LPUSH l a", WRONG_TYPE],
    ["GET", { error: "ERR wrong number of arguments for 'get' command" }],
    ["NOSUCH a b", { error: expect.stringMatching(/^ERR unknown command 'NOSUCH', with args/) as string }],
    ["PING", { status: "PONG" }],
    ["PING hello", "hello"],
    ["FLUSHALL", OK],
    ["SCAN 0 MATCH * COUNT 100", ["0", []]],
  ],
};

describe.each(ENGINES)("commands on $name", ({ isHere, open }) => {
  describe.skipIf(!isHere)("the engine", () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test.each(Object.entries(CASES))("%s", async (_title, steps) => {
      await opened.engine.call(["FLUSHALL"]);
      const replies: [string, Shown][] = [];
      for (const [command] of steps)
        replies.push([command, show(await opened.engine.call(command.split(" ")))]);
      expect(replies).toEqual(steps);
    });

    test("TIME is the clock's, INFO names a version", async () => {
      const [seconds] = show(await opened.engine.call(["TIME"])) as [string, string];
      expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(5);
      expect(show(await opened.engine.call(["INFO"]))).toMatch(/redis_version:\d/);
    });
  });
});
