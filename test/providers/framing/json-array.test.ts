import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createJsonArraySplitter } from "../../../src/providers/framing/json-array.ts";
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

const split = (input: string | Uint8Array, cuts: number[] = []) =>
  splitAt(createJsonArraySplitter(), input, cuts);

test("each element is an event, with its text as the data; brackets, commas and white space are none", () => {
  const blocks = split('[{\n  "a": 1\n}\n,\r\n{"b": [2, {}]}]\n');
  expect(blocks.map(({ raw, parsed }) => [new TextDecoder().decode(raw), parsed?.data])).toEqual([
    ["[", undefined],
    ['{\n  "a": 1\n}', '{\n  "a": 1\n}'],
    ["\n,\r\n", undefined],
    ['{"b": [2, {}]}', '{"b": [2, {}]}'],
    ["]\n", undefined],
  ]);
  expect(eventsOf(blocks)[0]?.event).toBe("");
});

test("an element goes out with the chunk that ends it, before its comma", () => {
  const splitter = createJsonArraySplitter();
  expect(dataOf(splitter.push(bytesOf('[{"a":')))).toEqual([]);
  expect(dataOf(splitter.push(bytesOf("1}")))).toEqual(['{"a":1}']);
  expect(dataOf(splitter.push(bytesOf(',{"b":2},{"c"')))).toEqual(['{"b":2}']);
});

test.each([
  ["brackets in a string", '{"a":"}]{[,"}'],
  ["an escaped quote", String.raw`{"a":"\"}","b":"\\"}`],
  ["many backslashes", String.raw`{"a":"\\\\\"]}\\\\","b":1}`],
  ["an escaped name", String.raw`{"\u007d\"":"\u0022"}`],
  ["characters of many bytes", '{"a":"漢😀é"}'],
  ["nested lists", '{"a":[[[{"b":[]}]]]}'],
])("an element with %s is whole, also byte by byte", (_name, element) => {
  for (const text of [`[${element}]`, `[ ${element} ,\n${element}\n]`]) {
    expect(new Set(dataOf(byteByByte(createJsonArraySplitter(), text)))).toEqual(new Set([element]));
    expect(dataOf(split(text))).toEqual(dataOf(byteByByte(createJsonArraySplitter(), text)));
  }
});

test.each([
  ["compact", '{"error":{"code":429,"message":"no"}}', '{"error":{"code":429,"message":"no"}}'],
  ["pretty, with space around", '\n {\n "error": {}\n}\n', '{\n "error": {}\n}'],
  ["behind a byte order mark", "\uFEFF{}", "{}"],
])("a single object in the array's place is the one event: %s", (_name, text, data) => {
  expect(dataOf(byteByByte(createJsonArraySplitter(), text))).toEqual([data]);
});

test.each([
  ["an empty body", "", []],
  ["an empty array", "[]", []],
  ["a byte order mark", '\uFEFF[{"a":1}]', ['{"a":1}']],
  ["an error as the last element", '[{"a":1},{"error":{}}]', ['{"a":1}', '{"error":{}}']],
  ["other values between", '[1,"{\\"}",{"a":1},[{"b":2}],null,{"c":3}]', ['{"a":1}', '{"c":3}']],
  ["what follows the array", '[{"a":1}]{"b":2}[{"c":3}]', ['{"a":1}']],
  ["what follows the object", '{"a":1}{"b":2}', ['{"a":1}']],
  ["an end inside an element", '[{"a":1},{"b":"x', ['{"a":1}']],
  ["no end of the array", '[{"a":1},\n', ['{"a":1}']],
  ["something else", '<html>{"a":1}</html>', []],
  ["a text", '"[{}]"', []],
])("reads what there is in %s", (_name, text, data) => {
  for (const blocks of [split(text), byteByByte(createJsonArraySplitter(), text)]) {
    expect(dataOf(blocks)).toEqual(data);
    expect(joined(blocks)).toEqual([...bytesOf(text)]);
  }
});

test("bytes that are no UTF-8 pass as they are", () => {
  const bytes = Uint8Array.of(0x5b, 0x7b, 0xff, 0xc3, 0x7d, 0x5d);
  const blocks = split(bytes, [3]);
  expect(dataOf(blocks)).toEqual(["{\uFFFD\uFFFD}"]);
  expect(joined(blocks)).toEqual([...bytes]);
});

test("an element of the limit is read; one byte more passes unread, and reading goes on behind it", () => {
  const text = '[{"a":"123"},{"a":"1234"},{"a":3}]';
  for (const cuts of [[], [20], [...bytesOf(text).keys()]]) {
    const blocks = splitAt(createJsonArraySplitter(11), text, cuts);
    expect(dataOf(blocks)).toEqual(['{"a":"123"}', '{"a":3}']);
    expect(joined(blocks)).toEqual([...bytesOf(text)]);
  }
});

test("memory is bounded: an element of 100 MB passes unread, and the next one is read", () => {
  const splitter = createJsonArraySplitter();
  splitter.push(bytesOf('[{"a":"'));
  const chunk = new Uint8Array(1024 * 1024).fill(0x7d);
  expect(mostHeldUnread(splitter, chunk, 100)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  expect(dataOf(splitter.push(bytesOf('"},{"b":2}]')))).toEqual(['{"b":2}']);
});

test("depth takes no stack", () => {
  const text = `[{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}]`;
  expect(dataOf(split(text))).toEqual([text.slice(1, -1)]);
});

const arrays = fc
  .tuple(
    fc.array(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }), {
      maxLength: 5,
    }),
    fc.constantFrom("", " ", "\t"),
    fc.constantFrom(",", "\n,\r\n", " , "),
  )
  .map(([elements, indent, comma]) => {
    const texts = elements.map((element) => JSON.stringify(element, null, indent));
    return { texts, whole: `[${texts.join(comma)}\n]` };
  });

test("any array gives its elements, however it is cut", () => {
  fc.assert(
    fc.property(arrays, anyCuts, ({ texts, whole }, cuts) => {
      for (const { bytes, events } of readEachWay(createJsonArraySplitter, whole, cuts)) {
        expect(bytes).toEqual([...bytesOf(whole)]);
        expect(events.map(({ data }) => data)).toEqual(texts);
      }
    }),
    { numRuns: 300 },
  );
});

const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ maxLength: 60, unit: fc.constantFrom("[", "]", "{", "}", '"', "\\", ",", " ", "é") }),
);

test("any bytes pass, the same however they are cut, and never throw", () => {
  fc.assert(
    fc.property(garbage, anyCuts, fc.nat(40), (input, cuts, max) => {
      const ways = readEachWay(() => createJsonArraySplitter(max), input, cuts);
      for (const { bytes, events } of ways) {
        expect(bytes).toEqual([...bytesOf(input)]);
        expect(events).toEqual(ways[0]?.events);
      }
    }),
    { numRuns: 500 },
  );
});
