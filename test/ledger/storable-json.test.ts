import { expect, test } from "vitest";
import { storableJson } from "../../src/ledger/storable-json.ts";

const stored = (value: unknown): unknown => JSON.parse(storableJson(value));

test("what Postgres can keep stays as it is, also where it looks like an escape", () => {
  const value = { 'a"\\': ["\\u0000", "\\\\ud83d", "\n", "\u001f", "😀", 1.5, null, true] };
  expect(stored(value)).toEqual(value);
});

test("R44: NUL and halves of surrogate pairs become U+FFFD, in names of fields too", () => {
  expect(stored({ "a\u0000": "\\\u0000", b: ["\ud83d", "\ude00\ud83d", "x\udfff"] })).toEqual({
    "a\ufffd": "\\\ufffd",
    b: ["\ufffd", "\ufffd\ufffd", "x\ufffd"],
  });
});
