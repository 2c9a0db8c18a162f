import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createNdjsonSplitter } from "../../../src/providers/framing/ndjson.ts";
import { MAX_EVENT_BYTES } from "../../../src/providers/framing/splitter.ts";
import {
  anyCuts,
  byteByByte,
  bytesOf,
  dataOf,
  eventsOf,
  joined,
  mostHeldUnread,
  readEachWay,
  splitAt,
} from "./split-anywhere.ts";

test.each([
  ["LF", '{"a":1}\n{"b":2}\n'],
  ["CRLF", '{"a":1}\r\n{"b":2}\r\n'],
  ["both", '{"a":1}\r\n{"b":2}\n'],
  ["no end of the last line", '{"a":1}\n{"b":2}'],
  ["blank lines", '\n\r\n{"a":1}\n \t\n\n{"b":2}\n\n'],
  ["a byte order mark", '\uFEFF{"a":1}\n{"b":2}\n'],
])("reads lines with %s", (_name, text) => {
  for (const blocks of [splitAt(createNdjsonSplitter(), text), byteByByte(createNdjsonSplitter(), text)]) {
    expect(eventsOf(blocks)).toEqual([
      { event: "", data: '{"a":1}' },
      { event: "", data: '{"b":2}' },
    ]);
    expect(joined(blocks)).toEqual([...bytesOf(text)]);
  }
});

test("a carriage return inside a line ends none, nor does any other line separator of Unicode", () => {
  expect(dataOf(splitAt(createNdjsonSplitter(), '{"a":\r1}\n"\u2028\u0085"\n'))).toEqual([
    '{"a":\r1}',
    '"\u2028\u0085"',
  ]);
});

test("a line that is no JSON is an event, too: its reader tells", () => {
  expect(dataOf(splitAt(createNdjsonSplitter(), "oops\n\u00A0\n"))).toEqual(["oops", "\u00A0"]);
});

test("a mark inside the stream stays", () => {
  expect(dataOf(splitAt(createNdjsonSplitter(), "1\n\uFEFF2\n"))).toEqual(["1", "\uFEFF2"]);
});

test("a line goes out with the chunk that ends it", () => {
  const splitter = createNdjsonSplitter();
  expect(splitter.push(bytesOf('{"a"'))).toEqual([]);
  expect(dataOf(splitter.push(bytesOf(':1}\n{"b"')))).toEqual(['{"a":1}']);
});

test("bytes that are no UTF-8 pass as they are", () => {
  const bytes = Uint8Array.of(0x22, 0xff, 0x22, 0x0a, 0xc3);
  const blocks = splitAt(createNdjsonSplitter(), bytes, [2]);
  expect(dataOf(blocks)).toEqual(['"\uFFFD"', "\uFFFD"]);
  expect(joined(blocks)).toEqual([...bytes]);
});

test("a line of the limit is read; one byte more passes unread, and reading goes on behind it", () => {
  const text = "1234567\n12345678\n3\n";
  for (const cuts of [[], [12], [...bytesOf(text).keys()]]) {
    const blocks = splitAt(createNdjsonSplitter(8), text, cuts);
    expect(dataOf(blocks)).toEqual(["1234567", "3"]);
    expect(joined(blocks)).toEqual([...bytesOf(text)]);
  }
});

test("memory is bounded: a line of 100 MB passes unread, and the next one is read", () => {
  const splitter = createNdjsonSplitter();
  const chunk = new Uint8Array(1024 * 1024).fill(0x20);
  expect(mostHeldUnread(splitter, chunk, 100)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  expect(dataOf(splitter.push(bytesOf("1\n2\n")))).toEqual(["2"]);
});

const anyLines = fc
  .array(
    fc.tuple(
      fc.oneof(fc.json({ maxDepth: 2 }), fc.string({ unit: "binary", maxLength: 5 }), fc.constant("\uFEFF")),
      fc.constantFrom("\n", "\r\n", "\r", "\n\n", ""),
    ),
    { maxLength: 12 },
  )
  .map((lines) => lines.flat().join(""));

test("any bytes pass, the same however they are cut, and never throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(anyLines, fc.uint8Array({ maxLength: 200 })),
      anyCuts,
      fc.constantFrom(5, 20, 1_000),
      (input, cuts, max) => {
        const ways = readEachWay(() => createNdjsonSplitter(max), input, cuts);
        for (const { bytes, events } of ways) {
          expect(bytes).toEqual([...bytesOf(input)]);
          expect(events).toEqual(ways[0]?.events);
        }
      },
    ),
    { numRuns: 500 },
  );
});
