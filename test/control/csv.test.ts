import { expect, test } from "vitest";
import { csvOf } from "../../src/control/usage/csv.ts";

test("a field with a comma, a quote or the end of a line is quoted, each line ends with CRLF (RFC 4180)", () => {
  const rows = [
    [{ value: "a,b" }, { value: 'say "x"' }],
    [{ value: "two\nlines" }, { value: null }],
  ];
  expect(csvOf(["one", "two"], rows)).toBe('one,two\r\n"a,b","say ""x"""\r\n"two\nlines",\r\n');
});

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["\rx", '"\'\rx"'],
  ["＝1", "'＝1"],
  ["'quoted'", "''quoted'"],
  ['=HYPERLINK("https://x.example")', '"\'=HYPERLINK(""https://x.example"")"'],
  ["a=1", "a=1"],
])("%j, which a caller named, is %j: no spreadsheet calculates it", (value, field) => {
  expect(csvOf(["name"], [[{ value, foreign: true }]])).toBe(`name\r\n${field}\r\n`);
});

test("a number of ours stays one, also below zero", () => {
  expect(csvOf(["n", "cost"], [[{ value: 3 }, { value: "-0.25" }]])).toBe("n,cost\r\n3,-0.25\r\n");
});
