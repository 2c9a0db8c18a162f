import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findDuplicateKey } from "../../../src/providers/framing/duplicate-key.ts";

test("R23: names the first key that stands twice, also when one is escaped", () => {
  expect(findDuplicateKey('{"max_tokens":1,"a":2,"max_tokens":9000}')).toBe("max_tokens");
  expect(findDuplicateKey(String.raw`{"model":"a","mod\u0065l":"b"}`)).toBe("model");
  expect(findDuplicateKey(String.raw`{"n":1,"\u006e":2}`)).toBe("n");
});

test.each([
  [
    "inside",
    '{"generationConfig":{"maxOutputTokens":1,"seed":2,"maxOutputTokens" :9000}}',
    "maxOutputTokens",
  ],
  [
    "the parent itself",
    '{"generationConfig":{"a":{"b":1}},"c":[{}],"generationConfig":{}}',
    "generationConfig",
  ],
  ["in a list's element", '{"tools":[{"a":1},[{"max_uses":1,"max_uses":2}]]}', "max_uses"],
  ["behind a nested one of that name", '{"a":{"a":{"a":1}},"b":0,"a":2}', "a"],
  ["with the colon far off", '{"a" : 1,"a"\n\t : 2}', "a"],
  ["the empty name", '{"x":{"":1,"":2}}', ""],
])("finds a member that stands twice at any depth: %s (R23)", (_place, text, name) => {
  expect(findDuplicateKey(text)).toBe(name);
});

test("the same name in different objects, in texts, or in another case is no duplicate", () => {
  expect(findDuplicateKey('{"a":{"a":1},"b":[{"b":1},{"b":1}],"A":2,"":0}')).toBeNull();
  expect(findDuplicateKey('{"__proto__":1,"constructor":2}')).toBeNull();
  expect(findDuplicateKey('{"a":"a","b":["a","a"],"c":"}{\\"a\\":1"}')).toBeNull();
});

test("an object of many members is searched, too, and its neighbours are kept apart", () => {
  const members = Array.from({ length: 50 }, (_, index) => `"k${index}":{"k${index}":${index}}`).join(",");
  expect(findDuplicateKey(`{${members},"x":{${members}}}`)).toBeNull();
  expect(findDuplicateKey(`{${members},"k0":1}`)).toBe("k0");
  expect(findDuplicateKey(`{"x":{${members},"k49":1}}`)).toBe("k49");
});

test("what is no JSON object is the caller's mistake", () => {
  expect(() => findDuplicateKey("[1]")).toThrow(TypeError);
  expect(() => findDuplicateKey('{"a')).toThrow(TypeError);
});

test("deep, wide and escaped bodies take linear time and no stack", () => {
  const size = 200_000;
  expect(findDuplicateKey(`${'{"a":'.repeat(size)}1${"}".repeat(size)}`)).toBeNull();
  expect(findDuplicateKey(`{"a":${"[".repeat(size)}${"]".repeat(size)}}`)).toBeNull();
  expect(findDuplicateKey(`{"s":"${'\\"'.repeat(size)}${"\\\\".repeat(size)}"}`)).toBeNull();
  const members = Array.from({ length: size }, (_, index) => `"${index}":0`).join(",");
  expect(findDuplicateKey(`{${members}}`)).toBeNull();
});

const names = fc.oneof(fc.constantFrom("a", "b", "__proto__"), fc.string({ maxLength: 4 }));
const objects = fc.letrec<{ object: object; value: unknown }>((tie) => ({
  object: fc.dictionary(names, tie("value"), { maxKeys: 12, noNullPrototype: true }) as fc.Arbitrary<object>,
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
})).object;

test("an object's text has no duplicates, and with any member repeated it has that one", () => {
  fc.assert(
    fc.property(objects, fc.constantFrom("", " "), fc.nat(), (object, indent, pick) => {
      const text = JSON.stringify(object, null, indent);
      expect(findDuplicateKey(text)).toBeNull();
      // A member of a marked object inside, wherever the walk through it comes to.
      const marked = JSON.stringify(withMark(object, pick), null, indent);
      expect(findDuplicateKey(marked.replace('"<<1>>"', '"<<2>>"'))).toBe("<<2>>");
    }),
    { numRuns: 300 },
  );
});

/** The object with the members `<<1>>` and `<<2>>` in one of the objects in it. */
function withMark(object: object, pick: number): object {
  const keys = Object.keys(object);
  const key = keys[pick % Math.max(1, keys.length)];
  const inner: unknown = key === undefined ? null : (object as Record<string, unknown>)[key];
  if (key === undefined || pick % 3 === 0 || typeof inner !== "object" || inner === null) {
    return Array.isArray(object)
      ? [...(object as unknown[]), { "<<1>>": 1, "<<2>>": 2 }]
      : { "<<1>>": 1, ...object, "<<2>>": 2 };
  }
  const entries = Object.entries(object).map(([name, value]) => [
    name,
    name === key ? withMark(inner, Math.floor(pick / 3)) : (value as unknown),
  ]);
  return Array.isArray(object) ? entries.map(([, value]) => value) : (Object.fromEntries(entries) as object);
}
