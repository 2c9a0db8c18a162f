import { expect, test } from "vitest";
import { cacheWritten, consistentUsage, MAX_TOKENS_PER_CALL, tokenCount } from "../../src/domain/usage.ts";

test("R47: an explicit zero is a count", () => {
  expect(tokenCount(0)).toBe(0);
  expect(Object.is(tokenCount(-0), 0)).toBe(true);
});

test("law 13, R32: what is no believable count is not stated", () => {
  for (const value of [
    -1,
    0.5,
    Number.NaN,
    Infinity,
    MAX_TOKENS_PER_CALL + 1,
    "5",
    null,
    undefined,
    true,
    [3],
    {},
  ]) {
    expect(tokenCount(value)).toBeUndefined();
  }
  expect(tokenCount(MAX_TOKENS_PER_CALL)).toBe(MAX_TOKENS_PER_CALL);
});

test("law 13: parts above their whole are dropped, the whole stays", () => {
  expect(
    consistentUsage({
      input_total: 10,
      input_cached: 6,
      cache_write: 5,
      audio_in: 11,
      output_total: 3,
      reasoning: 4,
    }),
  ).toEqual({ input_total: 10, output_total: 3 });
});

test("parts that just fill their whole are kept", () => {
  const usage = {
    input_total: 10,
    input_cached: 6,
    cache_write: 4,
    audio_in: 10,
    output_total: 3,
    reasoning: 3,
  };
  expect(consistentUsage(usage)).toEqual(usage);
});

test("cache writes are the stated sum, or that of the parts", () => {
  expect(cacheWritten({ cache_write: 9, cache_write_5m: 1 })).toBe(9);
  expect(cacheWritten({ cache_write_5m: 1, cache_write_1h: 2 })).toBe(3);
  expect(cacheWritten({})).toBe(0);
});
