import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSseSplitter } from "../../../src/providers/framing/sse.ts";
import type { StreamBlock } from "../../../src/providers/framing/splitter.ts";
import { bytesOf, dataOf, eventsOf, joined, mostHeldUnread, splitAt } from "./split-anywhere.ts";

function split(input: string | Uint8Array, cuts: number[] = [], maxEventBytes?: number): StreamBlock[] {
  return splitAt(createSseSplitter(maxEventBytes), input, cuts);
}

test.each([
  ["LF", "event: a\ndata: 1\n\ndata: 2\n\n"],
  ["CRLF", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n"],
  ["bare CR", "event: a\rdata: 1\r\rdata: 2\r\r"],
  ["mixed line ends", "event: a\r\ndata: 1\n\r\ndata: 2\r\r\n"],
  ["no space after the colon", "event:a\ndata:1\n\ndata:2\n\n"],
  ["comments between", ": keep-alive\n\nevent: a\n: x\ndata: 1\n\n:\n\ndata: 2\n\n"],
  ["a byte order mark", "\uFEFFevent: a\ndata: 1\n\ndata: 2\n\n"],
  ["a last event with no blank line", "event: a\ndata: 1\n\ndata: 2"],
  ["other fields", "id: 7\nevent: a\nretry: 5\ndata: 1\ndatax: 9\n\ndata: 2\n\n"],
  ["blank lines before", "\n\r\n\nevent: a\ndata: 1\n\n\n\ndata: 2\n\n"],
])("reads events with %s", (_name, text) => {
  const blocks = split(text);
  expect(eventsOf(blocks)).toEqual([
    { event: "a", data: "1" },
    { event: "", data: "2" },
  ]);
  expect(joined(blocks)).toEqual([...bytesOf(text)]);
});

test("joins data lines, takes one space off each, and knows an empty one", () => {
  expect(eventsOf(split("data: a\ndata:  b\ndata\ndata:\ndata: c\n\n"))).toEqual([
    { event: "", data: "a\n b\n\n\nc" },
  ]);
});

test("an event without data is none, and its type doesn't reach the next", () => {
  expect(eventsOf(split("event: ping\n\ndata: x\n\n"))).toEqual([{ event: "", data: "x" }]);
});

test("only the stream's first mark is taken off", () => {
  expect(eventsOf(split("data: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n"))).toEqual([
    { event: "", data: "a" },
    { event: "", data: "\uFEFFc" },
  ]);
});

test("an event is whole with its blank line, so that dropping it leaves no trace", () => {
  const raws = split("data: 1\r\n\r\ndata: 2\r\n\r\ndata: [DONE]\r\n\r\n", [9, 10, 11, 21]).map(
    ({ raw }) => raw,
  );
  const kept = raws.filter((_raw, index) => index !== 1).map((raw) => new TextDecoder().decode(raw));
  expect(kept.join("")).toBe("data: 1\r\n\r\ndata: [DONE]\r\n\r\n");
});

test("an event goes out with the chunk that ends it", () => {
  const splitter = createSseSplitter();
  expect(splitter.push(bytesOf("data: 1\n"))).toEqual([]);
  expect(eventsOf(splitter.push(bytesOf("\ndata: 2")))).toEqual([{ event: "", data: "1" }]);
});

test("an event of the limit is read; one byte more passes unread, and reading goes on behind it", () => {
  const text = "data: 123456\n\ndata: 1234567\n\ndata: 3\n\n";
  for (const cuts of [[], [16], [20, 21, 22, 23, 24, 25, 26, 27, 28, 29]]) {
    const blocks = split(text, cuts, 14);
    expect(dataOf(blocks)).toEqual(["123456", "3"]);
    expect(joined(blocks)).toEqual([...bytesOf(text)]);
  }
});

test("memory is bounded: what is held of an endless event never exceeds the limit", () => {
  const chunk = bytesOf("data: ".padEnd(100, "x"));
  expect(mostHeldUnread(createSseSplitter(1_000), chunk, 100)).toBeLessThanOrEqual(1_000);
});

const line = fc.oneof(
  fc.constantFrom(
    "",
    "data",
    "data:",
    "data: x",
    "event: y",
    ":c",
    "data: 漢😀é",
    "\uFEFFdata: z",
    "id: 3",
    "dat",
  ),
  fc.string({ maxLength: 6, unit: fc.constantFrom("d", "a", ":", " ", "é", "😀") }),
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r", "")), {
    maxLength: 30,
  })
  .map((lines) => lines.flat().join(""));

test("any chunking gives the same blocks, and no byte is lost", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 40 }), (text, cuts) => {
      const whole = split(text);
      const cut = split(text, cuts);
      expect(joined(cut)).toEqual([...bytesOf(text)]);
      expect(cut.map(({ raw, parsed }) => [[...raw], parsed])).toEqual(
        whole.map(({ raw, parsed }) => [[...raw], parsed]),
      );
    }),
    { numRuns: 500 },
  );
});

test("any bytes pass, and never throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(), { maxLength: 10 }),
      fc.nat(60),
      (bytes, cuts, max) => {
        expect(joined(split(bytes, cuts, max))).toEqual([...bytes]);
      },
    ),
  );
});
