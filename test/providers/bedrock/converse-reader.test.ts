import { expect, test } from "vitest";
import { converse, converseStream } from "../../../src/providers/bedrock/converse.ts";
import { answered, readFrames, type Frame } from "./support.ts";

const USAGE = { inputTokens: 20, outputTokens: 5, totalTokens: 25 };
const SAID: Frame[] = [
  ["messageStart", { role: "assistant", p: "abc" }],
  ["contentBlockStart", { contentBlockIndex: 0, start: { toolUse: { name: "find", toolUseId: "t" } } }],
  ["contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":' } } }],
  ["contentBlockDelta", { contentBlockIndex: 1, delta: { text: "héllo" } }],
  ["contentBlockDelta", { contentBlockIndex: 2, delta: { reasoningContent: { text: "hm" } } }],
  ["contentBlockStop", { contentBlockIndex: 0 }],
];
const STOP: Frame = ["messageStop", { stopReason: "end_turn" }];
const METADATA: Frame = ["metadata", { usage: USAGE, metrics: { latencyMs: 5 } }];

test.each([1, 7, 64, 1_000_000])("a stream's usage is in its metadata, cut into %i bytes", (pieceBytes) => {
  expect(readFrames(converseStream, [...SAID, STOP, METADATA], answered(), pieceBytes)).toEqual({
    usage: { input_total: 20, output_total: 5 },
    complete: true,
    failed: false,
    generatedBytes: "find".length + '{"a":'.length + 6 + 2,
  });
});

test("R49: a stream that stopped and states no usage is complete, and none; one that broke off is neither", () => {
  expect(readFrames(converseStream, [...SAID, STOP])).toMatchObject({ usage: null, complete: true });
  expect(readFrames(converseStream, SAID)).toMatchObject({ usage: null, complete: false, failed: false });
});

test("R26: an exception inside a stream is a failure, and what was written before it counts", () => {
  const frames: Frame[] = [...SAID, ["exception:modelStreamErrorException", { message: "x" }]];
  expect(readFrames(converseStream, frames)).toMatchObject({
    usage: null,
    complete: false,
    failed: true,
    generatedBytes: 17,
  });
});

test("R50: the input leaves out what the cache read and wrote, and the details tell for how long", () => {
  const usage = {
    ...USAGE,
    cacheReadInputTokens: 100,
    cacheWriteInputTokens: 40,
    cacheDetails: [
      { ttl: "1h", inputTokens: 30 },
      { ttl: "5m", inputTokens: 10 },
    ],
  };
  expect(readFrames(converseStream, [STOP, ["metadata", { usage }]]).usage).toEqual({
    input_total: 160,
    input_cached: 100,
    cache_write: 40,
    cache_write_5m: 10,
    cache_write_1h: 30,
    output_total: 5,
  });
});

test("Nova names its cache's counts otherwise", () => {
  const usage = { ...USAGE, cacheReadInputTokenCount: 7, cacheWriteInputTokenCount: 3 };
  expect(converse.readBody(200, { usage }, answered()).usage).toEqual({
    input_total: 30,
    input_cached: 7,
    cache_write: 3,
    output_total: 5,
  });
});

test.each([
  [{ inputTokens: -1, outputTokens: Number.NaN }, null],
  [{ inputTokens: "20", outputTokens: 1e12 }, null],
  [{}, null],
  [
    { inputTokens: 0, outputTokens: 0 },
    { input_total: 0, output_total: 0 },
  ],
  [
    { ...USAGE, cacheReadInputTokens: -5 },
    { input_total: 20, output_total: 5 },
  ],
])("law 13, R47: %j is read as %j", (usage, read) => {
  expect(converse.readBody(200, { usage }, answered()).usage).toEqual(read);
});

test("a whole answer's written bytes are its blocks'", () => {
  const content = [
    { text: "hi" },
    { toolUse: { name: "f", input: { a: 1 } } },
    { reasoningContent: { reasoningText: { text: "hm" } } },
    { citationsContent: { content: [{ text: "cited" }] } },
  ];
  const reading = converse.readBody(200, { output: { message: { content } } }, answered());
  expect(reading).toEqual({ usage: null, complete: true, failed: false, generatedBytes: 17 });
});

test("an error body is a failure", () => {
  const reading = converse.readBody(
    400,
    { message: "The provided model identifier is invalid." },
    answered(),
  );
  expect(reading).toEqual({ usage: null, complete: true, failed: true, generatedBytes: 0 });
});

test("R52: the tier is as served; what of it the answer leaves out was served as asked", () => {
  const served = (fields: object, tier?: string) =>
    converse.readBody(
      200,
      { usage: USAGE, ...fields },
      answered(tier === undefined ? {} : { priceOptions: { tier } }),
    ).serviceTier;
  expect(served({ serviceTier: { type: "default" } }, "priority")).toBe("default");
  expect(served({ performanceConfig: { latency: "standard" } }, "optimized")).toBe("standard");
  expect(served({ serviceTier: { type: "default" } }, "optimized")).toBe("default optimized");
  expect(served({ performanceConfig: { latency: "standard" } }, "flex")).toBe("standard");
  expect(served({}, "priority")).toBeUndefined();
  const frames: Frame[] = [STOP, ["metadata", { usage: USAGE, serviceTier: { type: "flex" } }]];
  expect(readFrames(converseStream, frames).serviceTier).toBe("flex");
});
