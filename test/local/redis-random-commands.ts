// Random commands over few keys and values, so that types, options and refusals meet often.

import * as fc from "fast-check";

const key = fc.constantFrom("text", "hash", "list", "{org}:é");
/** Mostly the key that holds the command's own type: else nearly every reply would be a refusal. */
const keyFor = (own: string) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: key });
const textKey = keyFor("text");
const hashKey = keyFor("hash");
const listKey = keyFor("list");
const setKey = keyFor("{org}:é");
/** Mostly sound values; now and then one that a command has to refuse. */
const mostly = (sound: string[], odd: string[]) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
const text = mostly(["x", "y", "7", "-3"], ["", "3.5", "007", "9223372036854775807", "ünï", "two words"]);
const integer = mostly(
  ["0", "1", "2", "3", "-1", "-2", "-3"],
  ["100", "-9223372036854775808", "nope", "1.5", " 1"],
);
const score = mostly(
  ["0", "1", "2", "2.5", "-1.25", "3"],
  ["1700000000000", "1e3", "inf", "-inf", "nan", "x", ""],
);
const bound = mostly(
  ["-inf", "+inf", "0", "1", "2", "3", "(0", "(1", "(2", "(2.5"],
  ["(inf", "(", "[1", "x", "", "1e3"],
);
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
const zaddOptions = fc.array(fc.constantFrom("NX", "XX", "GT", "LT", "CH"), { maxLength: 2 });
const rangeOption = fc.oneof(
  ...["BYSCORE", "REV", "WITHSCORES"].map(word),
  fc.tuple(fc.constant("LIMIT"), integer, integer),
);
const limit = fc.tuple(fc.constant("LIMIT"), integer, integer);
const farTime = fc.constantFrom("99999999999990", "99999999999999", "1", "0", "-1");
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
  command("GET", textKey),
  command(
    "SET",
    textKey,
    text,
    fc.array(setOption, { maxLength: 2 }).map((options) => options.flat()),
  ),
  command("MGET", some(key)),
  command("MSET", pairs(key, text), maybe(key.map((lonely) => [lonely]))),
  ...["DEL", "UNLINK", "EXISTS"].map((name) => command(name, some(key))),
  ...["EXPIRE", "PEXPIRE"].map((name) =>
    command(name, key, expireTime, maybe(fc.oneof(...["NX", "XX", "HM"].map(word)))),
  ),
  // GT and LT with absolute times: a millisecond between two relative ones would decide.
  command("PEXPIREAT", key, farTime, fc.array(fc.constantFrom("NX", "XX", "GT", "LT"), { maxLength: 2 })),
  ...["PTTL", "TTL", "TYPE", "PERSIST"].map((name) => command(name, key)),
  ...["INCR", "DECR"].map((name) => command(name, textKey)),
  ...["INCRBY", "DECRBY"].map((name) => command(name, textKey, fc.oneof(integer, text))),
  command("HSET", hashKey, pairs(member, text)),
  command("HGET", hashKey, member),
  command("HMGET", hashKey, some(member)),
  command("HGETALL", hashKey),
  command("HDEL", hashKey, some(member)),
  command("HINCRBY", hashKey, member, fc.oneof(integer, text)),
  command("ZADD", setKey, zaddOptions, pairs(score, member)),
  command("ZADD", setKey, pairs(fc.constantFrom("1", "2", "2.5", "3"), member)),
  command("ZREM", setKey, some(member)),
  command("ZRANGE", setKey, bound, bound, maybe(rangeOption), maybe(rangeOption), maybe(rangeOption)),
  command("ZRANGE", setKey, bound, bound, word("BYSCORE"), maybe(word("REV")), maybe(limit)),
  command("ZRANGE", setKey, integer, integer, maybe(word("REV")), maybe(word("WITHSCORES"))),
  command("ZRANGEBYSCORE", setKey, bound, bound, maybe(limit), maybe(word("WITHSCORES"))),
  command("ZSCORE", setKey, member),
  command("ZMSCORE", setKey, some(member)),
  command("ZCARD", setKey),
  command("ZCOUNT", setKey, bound, bound),
  command("ZREMRANGEBYSCORE", setKey, bound, bound),
  ...["RPUSH", "LPUSH"].map((name) => command(name, listKey, some(text))),
  ...["LPOP", "RPOP"].map((name) => command(name, listKey, maybe(integer.map((count) => [count])))),
  ...["LRANGE", "LTRIM"].map((name) => command(name, listKey, integer, integer)),
  command("LLEN", listKey),
  command("LINDEX", listKey, integer),
  command("LREM", listKey, integer, text),
  command("LSET", listKey, integer, text),
  command(
    "KEYS",
    fc.constantFrom("*", "text", "[ht]*", "[^t]???", "????", "{org}:*", String.raw`te\xt`, "[a-l]*", "["),
  ),
  fc.constantFrom(...fixedCommands),
);
