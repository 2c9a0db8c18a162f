import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editTopLevel, findDuplicateKey } from "../../../src/providers/framing/json-edit.ts";

test("replaces a value and leaves every other byte", () => {
  const text =
    ' {\t"id" : 12345678901234567890 ,\n "max_tokens":  900 , "x": {"max_tokens": 1}, "e": 1.0e+2 }\n';
  expect(editTopLevel(text, [{ key: "max_tokens", value: 7 }])).toBe(text.replace("900", "7"));
});

test("adds a member behind the last one, or into an empty object", () => {
  expect(editTopLevel('{"a": [1, 2] }', [{ key: "b", value: { c: true } }])).toBe(
    '{"a": [1, 2],"b":{"c":true} }',
  );
  expect(editTopLevel("{ }", [{ key: "b", value: 1 }])).toBe('{"b":1 }');
});

test("replaces the last member and adds behind it", () => {
  const edits = [
    { key: "a", value: 2 },
    { key: "b", value: 3 },
  ];
  expect(editTopLevel('{"a":1}', edits)).toBe('{"a":2,"b":3}');
});

test("finds a key however it is escaped", () => {
  expect(editTopLevel(String.raw`{"mod\u0065l":"x"}`, [{ key: "model", value: "y" }])).toBe(
    String.raw`{"mod\u0065l":"y"}`,
  );
});

test("quotes, braces and backslashes inside texts are no structure", () => {
  const text = String.raw`{"a":"\\","b":"}\"{,\"max_tokens\":1","c":["\\\"]"],"max_tokens":2}`;
  expect(editTopLevel(text, [{ key: "max_tokens", value: 3 }])).toBe(text.replace(/2}$/, "3}"));
});

test("no edits give the same text", () => {
  expect(editTopLevel(' {"a" :1}', [])).toBe(' {"a" :1}');
});

test("R23: names the first key that stands twice, also when one is escaped", () => {
  expect(findDuplicateKey('{"max_tokens":1,"a":2,"max_tokens":9000}')).toBe("max_tokens");
  expect(findDuplicateKey(String.raw`{"model":"a","mod\u0065l":"b"}`)).toBe("model");
  expect(findDuplicateKey(String.raw`{"n":1,"\u006e":2}`)).toBe("n");
});

test("keys of nested objects, and keys that differ in case, are no duplicates", () => {
  expect(findDuplicateKey('{"a":{"a":1},"b":[{"b":1}],"A":2,"":0}')).toBeNull();
  expect(findDuplicateKey('{"__proto__":1,"constructor":2}')).toBeNull();
});

test("what is no JSON object is the caller's mistake", () => {
  expect(() => findDuplicateKey("[1]")).toThrow(TypeError);
  expect(() => editTopLevel('"{"', [{ key: "a", value: 1 }])).toThrow(TypeError);
  expect(() => findDuplicateKey('{"a')).toThrow(TypeError);
});

test("a deep and a wide body take linear time and no stack", () => {
  const depth = 500_000;
  const text = `{"a":${"[".repeat(depth)}${"]".repeat(depth)},"s":"${'\\"'.repeat(depth)}${"\\\\".repeat(depth)}","n":1}`;
  expect(editTopLevel(text, [{ key: "n", value: 2 }]).endsWith('"n":2}')).toBe(true);
});

const spaces = fc.string({ maxLength: 3, unit: fc.constantFrom(" ", "\t", "\n", "\r") });
const objects = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 8 });

/** JSON text with white space of any kind between the members. */
const texts = fc
  .tuple(objects, fc.array(spaces, { minLength: 4, maxLength: 4 }))
  .map(([object, [a, b, c, d]]) => {
    const members = Object.entries(object).map(
      ([key, value]) => `${a}${JSON.stringify(key)}${b}:${c}${JSON.stringify(value, null, 1)}${d}`,
    );
    return `${d}{${members.join(",")}${members.length === 0 ? a : ""}}${b}`;
  });

test("parsing the edited text gives the edited object", () => {
  const edit = fc.record({ key: fc.string({ maxLength: 8 }), value: fc.jsonValue({ maxDepth: 2 }) });
  fc.assert(
    fc.property(texts, fc.array(edit, { maxLength: 4 }), fc.nat(), (text, added, pick) => {
      const before = new Map(Object.entries(JSON.parse(text) as object));
      const existing = [...before.keys()][pick % Math.max(1, before.size)];
      const edits = existing === undefined ? added : [...added, { key: existing, value: "edited" }];
      const after = JSON.parse(editTopLevel(text, edits)) as object;
      for (const { key, value } of edits) before.set(key, value);
      expect(new Map(Object.entries(after))).toEqual(
        new Map([...before].map(([key, value]) => [key, JSON.parse(JSON.stringify(value)) as unknown])),
      );
    }),
    { numRuns: 300 },
  );
});

test("writing a member's own value back gives the same object text around it", () => {
  fc.assert(
    fc.property(texts, fc.nat(), (text, pick) => {
      const keys = Object.keys(JSON.parse(text) as object);
      const key = keys[pick % Math.max(1, keys.length)];
      if (key === undefined) return;
      const marker = "<<edited>>";
      const [head = "", tail = ""] = editTopLevel(text, [{ key, value: marker }]).split(
        JSON.stringify(marker),
      );
      expect(text.startsWith(head)).toBe(true);
      expect(text.endsWith(tail)).toBe(true);
    }),
  );
});

test("an object's text has no duplicates, and with a member repeated it has that one", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(findDuplicateKey(text)).toBeNull();
      const [key] = Object.keys(JSON.parse(text) as object);
      if (key === undefined) return;
      const end = text.lastIndexOf("}");
      expect(findDuplicateKey(`${text.slice(0, end)},${JSON.stringify(key)}:0}`)).toBe(key);
    }),
  );
});
