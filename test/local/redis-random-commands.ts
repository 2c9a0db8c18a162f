// Random commands over few keys and values, so that types, options and refusals meet often.

import * as fc from "fast-check";

const key = fc.constantFrom("a", "b", "c", "{org}:é");
const text = fc.constantFrom(
  "",
  "x",
  "y",
  "7",
  "-3",
  "3.5",
  "007",
  "9223372036854775807",
  "ünï",
  "two words",
);
const integer = fc.constantFrom(
  "0",
  "1",
  "2",
  "-1",
  "-2",
  "5",
  "100",
  "-9223372036854775808",
  "nope",
  "1.5",
  " 1",
);
const score = fc.constantFrom(
  "0",
  "1",
  "2",
  "2.5",
  "-1.25",
  "1700000000000",
  "1e3",
  "inf",
  "-inf",
  "nan",
  "x",
  "",
);
const bound = fc.oneof(score, fc.constantFrom("(1", "(2", "(2.5", "-inf", "+inf", "(inf", "(", "[1"));
const member = fc.constantFrom("m", "n", "o", "é", "");
const word = (text: string) => fc.constantFrom(text, text.toLowerCase()).map((spelled) => [spelled]);
const some = (arbitrary: fc.Arbitrary<string>, maxLength = 3) => fc.array(arbitrary, { maxLength });
const pairs = (first: fc.Arbitrary<string>, second: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(first, second), { maxLength: 3 }).map((tuples) => tuples.flat());
const maybe = (words: fc.Arbitrary<string[]>) => fc.oneof(fc.constant<string[]>([]), words);

/** Each part is one argument or several. */
function command(name: string, ...parts: fc.Arbitrary<string | string[]>[]): fc.Arbitrary<string[]> {
  return fc.tuple(...parts).map((values) => [name].concat(values.flat()));
}

const setOption = fc.oneof(
  ...["NX", "XX", "GET", "KEEPTTL"].map(word),
  fc.tuple(fc.constantFrom("EX", "PX"), fc.constantFrom("1000000", "0", "-1", "x", "9223372036854775807")),
  // Not in the past: when Redis removes such a key from DBSIZE is a matter of its own timing.
  fc.tuple(fc.constantFrom("EXAT", "PXAT"), fc.constantFrom("99999999999999", "0", "-1", "x")),
);
const rangeOption = fc.oneof(
  ...["BYSCORE", "REV", "WITHSCORES"].map(word),
  fc.tuple(fc.constant("LIMIT"), integer, integer),
);
const limit = fc.tuple(fc.constant("LIMIT"), integer, integer);
const expireTime = fc.constantFrom("1000000", "99999999", "0", "-5", "x", "9223372036854775807");

const fixedCommands: string[][] = [
  ["DBSIZE"],
  ["PING"],
  ["PING", "x"],
  ["PING", "x", "y"],
  ["ECHO", "é"],
  ["NOSUCH", "a b", "c"],
  ["GET"],
  ["SCAN", "0"],
  ["SCAN", "x"],
  ["SCAN", "0", "MATCH"],
  ["SCAN", "0", "COUNT", "0"],
];

export const anyCommand = fc.oneof(
  command("GET", key),
  command(
    "SET",
    key,
    text,
    fc.array(setOption, { maxLength: 2 }).map((options) => options.flat()),
  ),
  command("MGET", some(key)),
  command("MSET", pairs(key, text), maybe(key.map((lonely) => [lonely]))),
  ...["DEL", "UNLINK", "EXISTS"].map((name) => command(name, some(key))),
  ...["EXPIRE", "PEXPIRE"].map((name) =>
    command(name, key, expireTime, maybe(fc.oneof(...["NX", "XX", "GT", "LT", "HM"].map(word)))),
  ),
  ...["PTTL", "TTL", "TYPE", "INCR", "DECR", "PERSIST"].map((name) => command(name, key)),
  ...["INCRBY", "DECRBY"].map((name) => command(name, key, fc.oneof(integer, text))),
  command("HSET", key, pairs(member, text)),
  command("HGET", key, member),
  command("HMGET", key, some(member)),
  command("HGETALL", key),
  command("HDEL", key, some(member)),
  command("HINCRBY", key, member, fc.oneof(integer, text)),
  command("ZADD", key, some(fc.constantFrom("NX", "XX", "GT", "LT", "CH"), 2), pairs(score, member)),
  command("ZADD", key, pairs(fc.constantFrom("1", "2", "2.5", "3"), member)),
  command("ZREM", key, some(member)),
  command("ZRANGE", key, bound, bound, maybe(rangeOption), maybe(rangeOption), maybe(rangeOption)),
  command("ZRANGE", key, bound, bound, word("BYSCORE"), maybe(word("REV")), maybe(limit)),
  command("ZRANGE", key, integer, integer, maybe(word("REV")), maybe(word("WITHSCORES"))),
  command("ZRANGEBYSCORE", key, bound, bound, maybe(limit), maybe(word("WITHSCORES"))),
  command("ZSCORE", key, member),
  command("ZMSCORE", key, some(member)),
  command("ZCARD", key),
  command("ZCOUNT", key, bound, bound),
  command("ZREMRANGEBYSCORE", key, bound, bound),
  ...["RPUSH", "LPUSH"].map((name) => command(name, key, some(text))),
  ...["LPOP", "RPOP"].map((name) => command(name, key, maybe(integer.map((count) => [count])))),
  ...["LRANGE", "LTRIM"].map((name) => command(name, key, integer, integer)),
  command("LLEN", key),
  command("LINDEX", key, integer),
  command("LREM", key, integer, text),
  command("LSET", key, integer, text),
  command("KEYS", fc.constantFrom("*", "a", "[ab]", "[^a]", "?", "{org}:*", String.raw`\a`, "[a-b]*", "[")),
  fc.constantFrom(...fixedCommands),
);
