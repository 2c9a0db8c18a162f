import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEventStreamSplitter } from "../../../src/providers/framing/event-stream.ts";
import { MAX_EVENT_BYTES } from "../../../src/providers/framing/splitter.ts";
import { concat, event, frame, rawFrame } from "./event-stream-frames.ts";
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

const START = event("messageStart", '{"role":"assistant"}');
const METADATA = event("metadata", '{"usage":{"inputTokens":1}}');

test("each message is an event, named by its type, with its payload as the data", () => {
  const stream = concat(START, METADATA);
  for (const blocks of [
    splitAt(createEventStreamSplitter(), stream),
    byteByByte(createEventStreamSplitter(), stream),
  ]) {
    expect(eventsOf(blocks)).toEqual([
      { event: "messageStart", data: '{"role":"assistant"}' },
      { event: "metadata", data: '{"usage":{"inputTokens":1}}' },
    ]);
    expect(blocks.map(({ raw }) => raw.length)).toEqual([START.length, METADATA.length]);
    expect(joined(blocks)).toEqual([...stream]);
  }
});

test("the specification's own bytes: a message of nothing", () => {
  const bytes = Uint8Array.of(0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff);
  expect(eventsOf(splitAt(createEventStreamSplitter(), bytes))).toEqual([{ event: "", data: "" }]);
});

test.each([
  [
    "an exception",
    { ":message-type": "exception", ":exception-type": "throttlingException" },
    "exception:throttlingException",
  ],
  ["an error", { ":message-type": "error", ":error-code": "InternalError" }, "exception:InternalError"],
  [
    "an exception with an event's type",
    { ":event-type": "chunk", ":message-type": "exception", ":exception-type": "x" },
    "exception:x",
  ],
  ["an exception of no type", { ":message-type": "exception" }, "exception:"],
  ["a message of no kind", { ":event-type": "chunk" }, "chunk"],
  ["a message of another kind", { ":event-type": "chunk", ":message-type": "new" }, "chunk"],
])("%s has its name", (_kind, headers, name) => {
  const blocks = splitAt(createEventStreamSplitter(), frame(headers, '{"message":"m"}'));
  expect(eventsOf(blocks)).toEqual([{ event: name, data: '{"message":"m"}' }]);
});

test("headers of every type are stepped over", () => {
  const zeros = (count: number) => Array.from({ length: count }, () => 0);
  const headers = {
    true: { type: 0, bytes: [] },
    false: { type: 1, bytes: [] },
    byte: { type: 2, bytes: zeros(1) },
    short: { type: 3, bytes: zeros(2) },
    int: { type: 4, bytes: zeros(4) },
    long: { type: 5, bytes: zeros(8) },
    bytes: { type: 6, bytes: [1, 0, ...zeros(256)] },
    "": "an empty name",
    long_text: "x".repeat(300),
    time: { type: 8, bytes: zeros(8) },
    uuid: { type: 9, bytes: zeros(16) },
    ":event-type": "käse",
  };
  expect(eventsOf(splitAt(createEventStreamSplitter(), frame(headers, "")))).toEqual([
    { event: "käse", data: "" },
  ]);
});

test.each([
  ["a type that there isn't", [1, 0x61, 10, 0]],
  ["a name beyond the headers", [200, 0x61]],
  ["no type", [1, 0x61]],
  ["half a length", [1, 0x61, 7, 0]],
  ["a text beyond the headers", [1, 0x61, 7, 0, 9, 0x62]],
  ["a number beyond the headers", [1, 0x61, 5, 0, 0]],
])("a message whose headers have %s passes unread, and the next one is read", (_fault, headers) => {
  const stream = concat(rawFrame(Uint8Array.from(headers), bytesOf("{}")), METADATA);
  const blocks = splitAt(createEventStreamSplitter(), stream);
  expect(eventsOf(blocks).map(({ event }) => event)).toEqual(["metadata"]);
  expect(joined(blocks)).toEqual([...stream]);
});

test("a message with a byte changed passes unread, whichever byte, and the next one is read", () => {
  for (let index = 4; index < START.length; index++) {
    const stream = concat(START, METADATA);
    stream[index] = (stream[index] ?? 0) ^ 1;
    const blocks = splitAt(createEventStreamSplitter(), stream);
    expect(eventsOf(blocks).map(({ event }) => event)).toEqual(["metadata"]);
    expect(joined(blocks)).toEqual([...stream]);
  }
});

test.each([4, 7, 8, 0xffffffff])("headers of %i bytes in a message that has three are none", (length) => {
  const stream = concat(rawFrame(new Uint8Array(3), new Uint8Array(0), length), METADATA);
  const blocks = splitAt(createEventStreamSplitter(), stream);
  expect(eventsOf(blocks).map(({ event }) => event)).toEqual(["metadata"]);
  expect(joined(blocks)).toEqual([...stream]);
});

test.each([
  ["nothing", 0],
  ["less than a message needs", 15],
  ["more than is read", MAX_EVENT_BYTES + 1],
  ["the most that there is", 0xffffffff],
])("behind a length of %s the rest passes unread, at once", (_name, length) => {
  const absurd = new Uint8Array(4);
  new DataView(absurd.buffer).setUint32(0, length);
  const stream = concat(START, absurd, METADATA);
  const splitter = createEventStreamSplitter();
  const blocks = splitter.push(stream);
  expect(joined(blocks)).toEqual([...stream]);
  expect(eventsOf(blocks).map(({ event }) => event)).toEqual(["messageStart"]);
  expect(splitter.end()).toEqual([]);
  const bytewise = byteByByte(createEventStreamSplitter(), stream);
  expect(joined(bytewise)).toEqual([...stream]);
  expect(eventsOf(bytewise)).toEqual(eventsOf(blocks));
  const unread = blocks.filter((block) => block.unread).map(({ raw }) => raw);
  expect(concat(...unread)).toEqual(concat(absurd, METADATA));
});

test("a message that the stream ends in passes unread, wherever it ends", () => {
  for (let length = 0; length < METADATA.length; length++) {
    const stream = concat(START, METADATA.subarray(0, length));
    const blocks = splitAt(createEventStreamSplitter(), stream, [START.length + 2]);
    expect(eventsOf(blocks)).toHaveLength(1);
    expect(joined(blocks)).toEqual([...stream]);
  }
});

test("a payload that is no UTF-8 is read as text all the same", () => {
  const bytes = frame({ ":event-type": "a" }, Uint8Array.of(0x22, 0xff, 0x22));
  expect(dataOf(splitAt(createEventStreamSplitter(), bytes))).toEqual(['"\uFFFD"']);
});

test("a message of the limit is read", () => {
  const stream = concat(START, METADATA);
  const most = Math.max(START.length, METADATA.length);
  expect(eventsOf(splitAt(createEventStreamSplitter(most), stream))).toHaveLength(2);
  expect(eventsOf(splitAt(createEventStreamSplitter(most - 1), stream))).toHaveLength(
    START.length === most ? 0 : 1,
  );
});

test("memory is bounded: 100 MB without a message pass unread", () => {
  const chunk = new Uint8Array(1024 * 1024).fill(0x7b);
  expect(mostHeldUnread(createEventStreamSplitter(), chunk, 100)).toBe(0);
});

const messages = fc
  .array(fc.tuple(fc.string({ maxLength: 20 }), fc.string({ unit: "binary", maxLength: 60 })), {
    maxLength: 6,
  })
  .map((pairs) => ({
    expected: pairs.map(([name, payload]) => ({ event: name, data: payload })),
    stream: concat(...pairs.map(([name, payload]) => event(name, payload))),
  }));

test("any messages are read, however the stream is cut", () => {
  fc.assert(
    fc.property(messages, anyCuts, ({ expected, stream }, cuts) => {
      for (const { bytes, events } of readEachWay(createEventStreamSplitter, stream, cuts)) {
        expect(bytes).toEqual([...stream]);
        expect(events).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
});

test("any bytes pass, the same however they are cut, and never throw", () => {
  const short = fc.tuple(fc.nat(40), fc.uint8Array({ maxLength: 80 }));
  const garbage = fc
    .array(short, { maxLength: 4 })
    .map((parts) => concat(...parts.map(([length, bytes]) => Uint8Array.of(0, 0, 0, length, ...bytes))));
  fc.assert(
    fc.property(fc.oneof(garbage, fc.uint8Array({ maxLength: 200 })), anyCuts, (input, cuts) => {
      const ways = readEachWay(createEventStreamSplitter, input, cuts);
      for (const { bytes, events } of ways) {
        expect(bytes).toEqual([...input]);
        expect(events).toEqual(ways[0]?.events);
      }
    }),
    { numRuns: 500 },
  );
});
