import * as fc from "fast-check";
import { expect, test } from "vitest";
import { occurrencesOf } from "../../../src/providers/framing/byte-search.ts";
import { bytesOf } from "./split-anywhere.ts";

const placesOf = (pattern: string, text: string) => [...occurrencesOf(bytesOf(pattern), bytesOf(text))];

test("finds each place, also behind one that almost matched, and none that overlaps another", () => {
  expect(placesOf("aab", "aaab aab")).toEqual([1, 5]);
  expect(placesOf("abab", "abababab")).toEqual([0, 4]);
  expect(placesOf("--", "-----")).toEqual([0, 2]);
  expect(placesOf("x", "")).toEqual([]);
  expect(placesOf("", "abc")).toEqual([]);
});

test("any text is searched as JavaScript's own search does", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 40 });
  const patterns = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const expected: number[] = [];
      let at = text.indexOf(pattern);
      while (at !== -1) {
        expected.push(at);
        at = text.indexOf(pattern, at + pattern.length);
      }
      expect(placesOf(pattern, text)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
