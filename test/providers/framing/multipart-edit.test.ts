import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editMultipart, type PartEdit } from "../../../src/providers/framing/multipart-edit.ts";
import { parseMultipart } from "../../../src/providers/framing/multipart.ts";
import { bytesOf } from "./split-anywhere.ts";

const TYPE = "multipart/form-data; boundary=xyz";
const FORM =
  'before\r\n--xyz\r\nX: y\r\nContent-Disposition: form-data; name="model"\r\n\r\na/b\r\n' +
  '--xyz \r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n\0\r\n--xy\r\n--xyz--\t\r\nbehind';

function edited(body: string, edits: PartEdit[]): string {
  const bytes = bytesOf(body);
  const parsed = parseMultipart(bytes, TYPE);
  if ("invalid" in parsed) throw new Error(parsed.invalid);
  return new TextDecoder().decode(editMultipart(bytes, parsed.parts, edits));
}

test("replaces a part's content and leaves every other byte", () => {
  expect(edited(FORM, [{ name: "model", value: "ü" }])).toBe(FORM.replace("a/b", "ü"));
});

test("adds a part behind the last one where there is none", () => {
  const added = '\r\n--xyz\r\nContent-Disposition: form-data; name="n"\r\n\r\n1';
  expect(edited(FORM, [{ name: "n", value: "1" }])).toBe(FORM.replace("\r\n--xyz--", `${added}\r\n--xyz--`));
});

test("replaces the last part and adds behind it, in a body that ends with its boundary", () => {
  const body = '--xyz\r\nContent-Disposition: form-data; name="n"\r\n\r\n9\r\n--xyz--';
  const edits = [
    { name: "n", value: "5" },
    { name: "a", value: "" },
    { name: "n", value: "1" },
  ];
  expect(edited(body, edits)).toBe(
    '--xyz\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n' +
      '--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--xyz--',
  );
});

test("no edits give the same bytes", () => {
  expect(edited(FORM, [])).toBe(FORM);
});

test("what could make another form of it is the caller's mistake", () => {
  expect(() => edited(FORM, [{ name: "model", value: "a\r\n--xyz--" }])).toThrow(TypeError);
  expect(() => edited(FORM, [{ name: 'a"; name="b', value: "" }])).toThrow(TypeError);
});

test("reading the edited form gives the edited fields", () => {
  const names = fc.constantFrom("model", "file", "n", "image[]", "ü");
  const edits = fc.array(
    fc.record({ name: names, value: fc.string({ unit: "grapheme-ascii", maxLength: 8 }) }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(edits, (edits) => {
      const bytes = bytesOf(edited(FORM, edits));
      const parsed = parseMultipart(bytes, TYPE);
      const found =
        "parts" in parsed &&
        parsed.parts.map(
          ({ name, start, end }) => [name, new TextDecoder().decode(bytes.subarray(start, end))] as const,
        );
      const expected = new Map([
        ["model", "a/b"],
        ["file", "\0\r\n--xy"],
      ]);
      for (const { name, value } of edits) expected.set(name, value);
      expect(found).toEqual([...expected]);
    }),
  );
});
