// What nobody should send. Values are texts of JSON, since some of them have no value in JavaScript. Pure.

const text = (value: string) => JSON.stringify(value);
const DEEP = 20_000;

/** Strings that are hostile wherever a string goes: bodies, queries, paths. */
export const HOSTILE_TEXTS: readonly string[] = [
  "",
  " ",
  "NaN",
  "-Infinity",
  "-1",
  "1e308",
  "0x10",
  "9007199254740993",
  "0.0000000001",
  "null",
  "undefined",
  "true",
  "*",
  "__proto__",
  "constructor",
  "toString",
  "'; DROP TABLE keys; --",
  '" OR 1=1 --',
  "\\'; select pg_sleep(9) --",
  "%' escape '",
  "x\r\nx-injected: y",
  "a\0b",
  "\ud800",
  "\udfff\ud800",
  "\u202etxt.exe\u2066",
  "\u00a0\ufeff\u2028",
  "𝕏é́́́́ﷺ",
  "../../etc/passwd",
  "${jndi:ldap://x}",
  "<script>alert(1)</script>",
  "0000-01-01T00:00:00Z",
  "275760-09-13T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "x".repeat(5_000),
];

/** Values of any type, as JSON. */
export const HOSTILE_JSON: readonly string[] = [
  ...HOSTILE_TEXTS.map(text),
  "null",
  "true",
  "0",
  "-0",
  "-1",
  "1.5",
  "0.1234567891",
  "1e308",
  "1e400",
  "-1e400",
  "5e-324",
  "2147483648",
  "9007199254740992",
  "123456789012345678901234567890",
  "[]",
  "[[]]",
  "[null]",
  '["x","x"]',
  `[${Array(1_000).fill('"x"').join(",")}]`,
  "{}",
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toString":"x","hasOwnProperty":1}',
];

/** These cost much time, and are refused before a schema sees them, or by any. The last is inside the largest body that is read. */
export const HEAVY_JSON: readonly string[] = [
  "[".repeat(DEEP) + "]".repeat(DEEP),
  '{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP),
  text("x".repeat(1_000_000)),
];

/** Bodies that no operation takes, whatever its schema. */
export const HOSTILE_BODIES: readonly (readonly [what: string, body: string | Uint8Array<ArrayBuffer>])[] = [
  ["half an object", '{"name":'],
  ["two documents", "{}{}"],
  ["a comma too many", '{"name":"x",}'],
  ["NaN", '{"name":NaN}'],
  ["a comment", "{}//"],
  ["a form", "name=x&limit=1"],
  ["XML", "<name>x</name>"],
  ["null", "null"],
  ["a number", "1"],
  ["a text", '"x"'],
  ["an array", "[{}]"],
  ["bytes that aren't UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ["UTF-16", new Uint8Array([0x7b, 0x00, 0x7d, 0x00])],
  ["an unknown member", '{"no_such_member":1}'],
  ["__proto__", '{"__proto__":{"name":"x"}}'],
  ["a member twice", '{"name":"x","name":"y"}'],
  ["a member twice, further in", '{"name":{"a":[{"b":1,"c":2,"\\u0062":1}]}}'],
  ["20,000 levels", "[".repeat(DEEP) + "]".repeat(DEEP)],
  ["20,000 open levels", '{"a":'.repeat(DEEP)],
];

/** Content types say nothing here: the body is JSON or it isn't. */
export const CONTENT_TYPES: readonly string[] = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "x",
  "application/json\t;;;,",
];

/** What only a path can have, as it is sent. */
export const HOSTILE_PATHS: readonly string[] = [
  "%00",
  "%2e%2e",
  "..",
  "%2F",
  "..%2f..%2fkeys",
  "%252e%252e%252f",
  "%ff",
  "%C0%AF",
  "%",
  "%zz",
  "a;b=c",
  "a%0d%0ax-injected:%20y",
  "a%3Fb%23c",
  "x".repeat(50_000),
];

const PARTS = [null, -1, 1.5, 2 ** 53 - 1, 253_402_300_800_000, "x", "'; --", "\0", "9".repeat(30), []];

/** Cursors as some list has them, but for one part, or all. */
export const HOSTILE_CURSORS: readonly (readonly unknown[])[] = PARTS.flatMap((part) => [
  [part],
  [0, part],
  [part, "x"],
  ["held", part],
  ["lapsed", part, "x"],
  ["lapsed", 0, part],
  ["x", part, "x"],
  ["group", part, null, "0"],
  ["group", 0, part, "0"],
  ["group", 0, 1, part],
  [part, part, part, part, part],
]);
