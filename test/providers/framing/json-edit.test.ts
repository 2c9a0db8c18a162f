import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editJson } from "../../../src/providers/framing/json-edit.ts";

test("replaces a value and leaves every other byte", () => {
  const text =
    ' {\t"id" : 12345678901234567890 ,\n "max_tokens":  900 , "x": {"max_tokens": 1}, "e": 1.0e+2 }\n';
  expect(editJson(text, [{ path: ["max_tokens"], value: 7 }])).toBe(text.replace("900", "7"));
});

test("adds a member behind the last one, or into an empty object", () => {
  expect(editJson('{"a": [1, 2] }', [{ path: ["b"], value: { c: true } }])).toBe(
    '{"a": [1, 2],"b":{"c":true} }',
  );
  expect(editJson("{ }", [{ path: ["b"], value: 1 }])).toBe('{"b":1 }');
});

test("replaces the last member and adds behind it", () => {
  const edits = [
    { path: ["a"], value: 2 },
    { path: ["b"], value: 3 },
  ];
  expect(editJson('{"a":1}', edits)).toBe('{"a":2,"b":3}');
});

test("finds a key however it is escaped", () => {
  expect(editJson(String.raw`{"mod\u0065l":"x"}`, [{ path: ["model"], value: "y" }])).toBe(
    String.raw`{"mod\u0065l":"y"}`,
  );
});

test("quotes, braces and backslashes inside texts are no structure", () => {
  const text = String.raw`{"a":"\\","b":"}\"{,\"max_tokens\":1","c":["\\\"]"],"max_tokens":2}`;
  expect(editJson(text, [{ path: ["max_tokens"], value: 3 }])).toBe(text.replace(/2}$/, "3}"));
});

test("no edits give the same text", () => {
  expect(editJson(' {"a" :1}', [])).toBe(' {"a" :1}');
});

test("a nested member is replaced where it stands, and nothing around it", () => {
  const text =
    '{ "generationConfig" : {\n "seed":12345678901234567890, "maxOutputTokens" : 9e3 } , "contents":[] }';
  expect(editJson(text, [{ path: ["generationConfig", "maxOutputTokens"], value: 7 }])).toBe(
    text.replace("9e3", "7"),
  );
});

test.each([
  ["absent", '{"a":1}', '{"a":1,"x":{"y":{"z":true}}}'],
  ["empty", '{"x": { }}', '{"x": {"y":{"z":true} }}'],
  ["there with others", '{"x":{"w":1,"y":{"v":2}},"a":1}', '{"x":{"w":1,"y":{"v":2,"z":true}},"a":1}'],
  ["null", '{"x":null,"a":1}', '{"x":{"y":{"z":true}},"a":1}'],
  ["a list", '{"x":[{"y":{"z":1}}],"a":1}', '{"x":{"y":{"z":true}},"a":1}'],
  ["a text that looks like one", String.raw`{"x":"{\"y\":1}"}`, '{"x":{"y":{"z":true}}}'],
  ["number further down", '{"x":{"y":5}}', '{"x":{"y":{"z":true}}}'],
  ["named __proto__ beside", '{"__proto__":{"y":0}}', '{"__proto__":{"y":0},"x":{"y":{"z":true}}}'],
])("a parent that is %s", (_state, text, expected) => {
  expect(editJson(text, [{ path: ["x", "y", "z"], value: true }])).toBe(expected);
});

test("edits under one parent that is absent share it", () => {
  const edits = [
    { path: ["x", "a"], value: 1 },
    { path: ["x", "b", "c"], value: 2 },
    { path: ["d"], value: 3 },
  ];
  expect(editJson("{}", edits)).toBe('{"x":{"a":1,"b":{"c":2}},"d":3}');
});

test("of two edits the later one wins, also over what is above or below it", () => {
  const above = { path: ["x"], value: { b: 1, c: 2 } };
  const below = { path: ["x", "b"], value: 3 };
  expect(editJson('{"x":{"a":0}}', [above, below])).toBe('{"x":{"b":3,"c":2}}');
  expect(editJson('{"x":{"a":0}}', [below, above])).toBe('{"x":{"b":1,"c":2}}');
  expect(editJson('{"x":1}', [{ path: ["x"], value: 2 }, below])).toBe('{"x":{"b":3}}');
  expect(editJson('{"x":1}', [below, { path: ["x"], value: null }])).toBe('{"x":null}');
});

test("what is no JSON object is the caller's mistake", () => {
  expect(() => editJson("[1]", [])).toThrow(TypeError);
  expect(() => editJson('"{"', [{ path: ["a"], value: 1 }])).toThrow(TypeError);
  expect(() => editJson('{"a', [{ path: ["a"], value: 1 }])).toThrow(TypeError);
});

test("a deep and a wide body take linear time and no stack", () => {
  const depth = 500_000;
  const text = `{"a":${"[".repeat(depth)}${"]".repeat(depth)},"s":"${'\\"'.repeat(depth)}${"\\\\".repeat(depth)}","n":1}`;
  expect(editJson(text, [{ path: ["n"], value: 2 }]).endsWith('"n":2}')).toBe(true);
});

/** JSON as people and programs write it: sorted, packed, or with white space of any kind. */
const objects = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 8 });
const texts = fc
  .tuple(objects, fc.constantFrom("", "\t", "  "), fc.constantFrom("", " ", "\n\r"))
  .map(([object, indent, around]) => `${around}${JSON.stringify(object, null, indent)}${around}`);

// Few names, so that paths meet.
const names = fc.constantFrom("a", "b", "c", "__proto__", 'q"\\');
const nestedObjects = fc.letrec<{ object: object; value: unknown }>((tie) => ({
  object: fc.dictionary(names, tie("value"), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<object>,
  value: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 1 }), tie("object")),
})).object;
const anyEdit = fc.record({
  path: fc.array(names, { minLength: 1, maxLength: 4 }),
  value: fc.jsonValue({ maxDepth: 2 }),
});

/** The plain way to the same end: on the parsed value, in maps, since an object of ours can't have any name. */
function edited(value: unknown, [key = "", ...rest]: string[], to: unknown): unknown {
  const members = value instanceof Map ? new Map<unknown, unknown>(value) : new Map<unknown, unknown>();
  return members.set(key, rest.length === 0 ? asMaps(to) : edited(members.get(key), rest, to));
}

function asMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, asMaps(member)]));
}

test("parsing the edited text gives the edited object", () => {
  fc.assert(
    fc.property(
      nestedObjects,
      fc.constantFrom("", "\t"),
      fc.array(anyEdit, { maxLength: 4 }),
      (object, indent, edits) => {
        const text = JSON.stringify(object, null, indent);
        let expected = asMaps(JSON.parse(text));
        for (const { path, value } of edits) {
          expected = edited(expected, path, JSON.parse(JSON.stringify(value)));
        }
        expect(asMaps(JSON.parse(editJson(text, edits)))).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test("what is around an edited member stays, byte by byte", () => {
  fc.assert(
    fc.property(texts, fc.nat(), (text, pick) => {
      const keys = Object.keys(JSON.parse(text) as object);
      const key = keys[pick % Math.max(1, keys.length)];
      if (key === undefined) return;
      const marker = "<<edited>>";
      const [head = "", tail = ""] = editJson(text, [{ path: [key], value: marker }]).split(
        JSON.stringify(marker),
      );
      expect(text.startsWith(head)).toBe(true);
      expect(text.endsWith(tail)).toBe(true);
    }),
  );
});
