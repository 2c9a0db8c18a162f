import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  findDuplicatePart,
  MAX_PART_HEADER_BYTES,
  MAX_PARTS,
  parseMultipart,
} from "../../../src/providers/framing/multipart.ts";
import { bytesOf } from "./split-anywhere.ts";

const TYPE = "multipart/form-data; boundary=xyz";
const MODEL = 'Content-Disposition: form-data; name="model"';

/** A form whose parts are given whole, with their headers. */
function form(parts: string[], boundary = "xyz"): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--\r\n`;
}

function partsOf(body: string | Uint8Array, contentType = TYPE) {
  const bytes = bytesOf(body);
  const parsed = parseMultipart(bytes, contentType);
  if ("invalid" in parsed) throw new Error(parsed.invalid);
  const contentOf = (start: number, end: number) => new TextDecoder().decode(bytes.subarray(start, end));
  return parsed.parts.map(({ start, end, ...part }) =>
    Object.assign(part, { content: contentOf(start, end) }),
  );
}

function faultOf(body: string | Uint8Array, contentType = TYPE): string {
  const parsed = parseMultipart(bytesOf(body), contentType);
  return "invalid" in parsed ? parsed.invalid : "";
}

test("finds each part's name, file name, type and content", () => {
  const body = form([
    `${MODEL}\r\n\r\nwhisper-1`,
    'content-type: audio/mpeg\r\nCONTENT-DISPOSITION:Form-Data;filename="a b.mp3";name=file\r\n\r\n\r\n--xy\r\n\r\n',
    'Content-Disposition: form-data; name="empty"\r\n\r\n',
  ]);
  expect(partsOf(body)).toEqual([
    { name: "model", content: "whisper-1" },
    { name: "file", filename: "a b.mp3", contentType: "audio/mpeg", content: "\r\n--xy\r\n\r\n" },
    { name: "empty", content: "" },
  ]);
});

test("what stands before the first boundary and behind the last one is no part", () => {
  const body = form([`${MODEL}\r\n\r\na`]);
  const expected = [{ name: "model", content: "a" }];
  expect(partsOf(`before\r\n--xy\r\n\r\n${body}behind\r\n--xy--`)).toEqual(expected);
  expect(partsOf(`\r\n${body}`)).toEqual(expected);
  expect(partsOf(body.trimEnd())).toEqual(expected);
  expect(partsOf(body.replaceAll("--xyz", "--xyz \t").replace("xyz \t--", "xyz-- "))).toEqual(expected);
});

test.each([
  ["quoted", 'multipart/form-data; boundary="xyz"', "xyz"],
  ["in capitals, beside another", "Multipart/Form-Data; charset=utf-8; BOUNDARY=xyz;", "xyz"],
  ["of marks", `multipart/form-data; boundary="'()+_,-./:=? x"`, "'()+_,-./:=? x"],
  ["of dashes", "multipart/form-data; boundary=----", "----"],
  ["as long as may be", `multipart/form-data; boundary=${"b".repeat(70)}`, "b".repeat(70)],
])("takes a boundary that is %s", (_kind, contentType, boundary) => {
  expect(partsOf(form([`${MODEL}\r\n\r\n-a-`], boundary), contentType)).toEqual([
    { name: "model", content: "-a-" },
  ]);
});

test.each([
  "",
  "application/json; boundary=xyz",
  "multipart/mixed; boundary=xyz",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  'multipart/form-data; boundary=""',
  "multipart/form-data; boundary=xyz; boundary=abc",
  'multipart/form-data; boundary="xyz ',
  'multipart/form-data; boundary="xyz "',
  String.raw`multipart/form-data; boundary="x\yz"`,
  "multipart/form-data; boundary=xyzé",
  `multipart/form-data; boundary=${"b".repeat(71)}`,
])("refuses the content type %j", (contentType) => {
  expect(faultOf(form([`${MODEL}\r\n\r\na`]), contentType)).toMatch(/content type/);
});

test.each([
  [String.raw`"say \"hi\""`, 'say "hi"'],
  ['"image[]"', "image[]"],
  ['"a;b=c"', "a;b=c"],
  ['"käse"', "käse"],
  ['""', ""],
  ["model", "model"],
])("reads the name %s", (written, name) => {
  expect(partsOf(form([`Content-Disposition: form-data; name=${written}\r\n\r\n`]))[0]?.name).toBe(name);
});

test.each([
  [String.raw`"C:\dir\a.png"`, String.raw`C:\dir\a.png`],
  [String.raw`"a\"\\b"`, String.raw`a"\b`],
])("reads the file name %s", (written, filename) => {
  expect(partsOf(form([`${MODEL}; filename=${written}\r\n\r\n`]))[0]?.filename).toBe(filename);
});

test("a part with an extended file name is a file", () => {
  expect(partsOf(form([`${MODEL}; filename*=utf-8''na%C3%AFve.txt\r\n\r\n`]))[0]?.filename).toBe(
    "utf-8''na%C3%AFve.txt",
  );
});

describe("R23: a form that readers could take for another one is refused", () => {
  const part = `${MODEL}\r\n\r\na`;
  test.each([
    ["a boundary in the middle of a line", form([`${part}--xyz`])],
    ["a boundary behind a line feed alone", form([`${part}\n--xyz\n${MODEL}\n\nb`])],
    ["a boundary behind a carriage return alone", form([`${part}\r--xyz\r\n${MODEL}\r\n\r\nb`])],
    ["a line that begins with the boundary", form([`${part}\r\n--xyz2\r\n${MODEL}\r\n\r\nb`])],
    ["a boundary in what stands before", `x--xyz\r\n${form([part])}`],
    ["a boundary in a header", form([`${MODEL}; x="--xyz"\r\n\r\na`])],
    ["line feeds alone", form([part]).replaceAll("\r\n", "\n")],
    ["an end with a line feed alone", form([part]).replace(/\r\n$/, "\n")],
  ])("%s", (_trick, body) => {
    expect(faultOf(body)).toMatch(/no line of its own/);
  });

  test("a form behind the form", () => {
    expect(faultOf(form([part]) + form([part]))).toMatch(/behind its last/);
  });

  test.each([
    ["an end that is missing", `--xyz\r\n${part}\r\n--xyz\r\n`],
    ["an end that is cut", `--xyz\r\n${part}\r\n--xyz-`],
    ["no boundary at all", "model=whisper-1"],
    ["no body", ""],
  ])("%s", (_trick, body) => {
    expect(faultOf(body)).toMatch(/has no end|no line of its own/);
  });

  test("no part", () => {
    expect(faultOf("--xyz--\r\n")).toMatch(/no part/);
  });

  test.each([
    ["no headers", "\r\na"],
    ["no blank line", MODEL],
    ["no disposition", "Content-Type: text/plain\r\n\r\na"],
    ["another disposition", 'Content-Disposition: attachment; name="model"\r\n\r\na'],
    ["two dispositions", `${MODEL}\r\n${MODEL}\r\n\r\na`],
    ["no name", 'Content-Disposition: form-data; filename="a"\r\n\r\na'],
    ["two names", `${MODEL}; name="n"\r\n\r\na`],
    ["an extended name", `${MODEL}; name*=utf-8''n\r\n\r\na`],
    ["a name with a backslash", String.raw`Content-Disposition: form-data; name="mod\el"` + "\r\n\r\na"],
    ["a name without its last quote", 'Content-Disposition: form-data; name="model\r\n\r\na'],
    ["text behind the name", `${MODEL}x\r\n\r\na`],
    ["space before the equals sign", 'Content-Disposition: form-data; name ="model"\r\n\r\na'],
    ["a folded header", 'Content-Disposition: form-data;\r\n name="model"\r\n\r\na'],
    ["space before the colon", `${MODEL.replace(":", " :")}\r\n\r\na`],
    ["a line feed alone between headers", `${MODEL}\nX: y\r\n\r\na`],
    ["a zero byte in the name", 'Content-Disposition: form-data; name="model\0"\r\n\r\na'],
    ["a transfer encoding", `${MODEL}\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==`],
    ["too many headers", `${MODEL}\r\nX: ${"y".repeat(MAX_PART_HEADER_BYTES)}\r\n\r\na`],
  ])("a part with %s", (_trick, text) => {
    expect(faultOf(form([part, text]))).toMatch(/^Part 2 of the form has /);
  });

  test("a header that is no UTF-8", () => {
    const bytes = bytesOf(form([`${MODEL}; x=?\r\n\r\na`]));
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect(faultOf(bytes)).toMatch(/malformed/);
  });
});

test("a plain transfer encoding is none", () => {
  expect(partsOf(form([`${MODEL}\r\nContent-Transfer-Encoding: Binary\r\n\r\na`]))).toHaveLength(1);
});

test("as many parts as are read, and one more", () => {
  const parts = Array.from({ length: MAX_PARTS }, () => `${MODEL}\r\n\r\na`);
  expect(partsOf(form(parts))).toHaveLength(MAX_PARTS);
  expect(faultOf(form([...parts, `${MODEL}\r\n\r\na`]))).toMatch(/more than 256 parts/);
});

test.each([
  [["model", "n"], null],
  [["model", "n", "model"], "model"],
  [["image[]", "image[]", "timestamp_granularities[]", "image[]"], null],
  [["image[]", "image"], "image"],
  [["image", "image[]"], "image[]"],
  [["Model", "model"], null],
])("R23: of the names %j the one that stands twice is %j", (names, expected) => {
  expect(findDuplicatePart(names.map((name) => ({ name, start: 0, end: 0 })))).toBe(expected);
});

test("bodies made to be slow take linear time", () => {
  const size = 4 * 1024 * 1024;
  const boundary = `${"-".repeat(69)}b`;
  for (const filling of ["-", "\r\n--", "\r\n--xyz \t", " "]) {
    const content = filling.repeat(size / filling.length);
    const body = form([`${MODEL}\r\n\r\n${content}`], boundary);
    expect(partsOf(body, `multipart/form-data; boundary=${boundary}`)[0]?.content.length).toBe(
      content.length,
    );
  }
});

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 30 }),
  fc.string({ maxLength: 12, unit: fc.constantFrom("\r", "\n", "-", "x", "y", " ") }).map(bytesOf),
);
const fields = fc.array(
  fc.tuple(fc.string({ maxLength: 6, unit: fc.constantFrom("a", '"', "é", ";", "=") }), contents),
  {
    minLength: 1,
    maxLength: 5,
  },
);

test("any form gives its names and contents back", () => {
  fc.assert(
    fc.property(fields, (pairs) => {
      const pieces = pairs.flatMap(([name, content]) => [
        bytesOf(`--xyz\r\nContent-Disposition: form-data; name="${name.replaceAll('"', '\\"')}"\r\n\r\n`),
        content,
        bytesOf("\r\n"),
      ]);
      const body = Uint8Array.from([...pieces, bytesOf("--xyz--")].flatMap((piece) => Array.from(piece)));
      const parsed = parseMultipart(body, TYPE);
      expect(
        "parts" in parsed &&
          parsed.parts.map(({ name, start, end }) => [name, [...body.subarray(start, end)]]),
      ).toEqual(pairs.map(([name, content]) => [name, [...content]]));
    }),
    { numRuns: 300 },
  );
});

const pieces = ["--xyz", "--", "\r\n", "\n", "\r\n\r\n", MODEL, '; filename="', "\\", " ", "a", "é"];

test("any bytes under any content type are read or refused, and never throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => bytesOf(parts.join(""))),
        fc.uint8Array({ maxLength: 100 }),
      ),
      fc.oneof(fc.constant(TYPE), fc.string({ unit: "binary", maxLength: 40 })),
      (body, contentType) => {
        const parsed = parseMultipart(body, contentType);
        const parts = "parts" in parsed ? parsed.parts : [];
        expect(parts.every(({ start, end }) => 0 <= start && start <= end && end <= body.length)).toBe(true);
      },
    ),
    { numRuns: 1_000 },
  );
});
