import { assert, constantFrom, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { publicUrlProblem } from "../src/public-url.ts";

const PUBLIC = { allowPrivate: false };
const problemOf = (url: string) => publicUrlProblem(url, PUBLIC);
const NOT_PUBLIC = "must be of a public host";

test("a public https URL will do, with any port, path and query", () => {
  for (const url of [
    "https://hooks.acme.com",
    "https://hooks.acme.com.",
    "https://hooks.acme.com:8443/a/b?c=d%20e",
    "https://bücher.de/",
    "https://8.8.8.8/",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://223.255.255.255/",
    "https://[2606:4700::1111]/",
    "https://[2001:200::1]/",
    "https://localhost.acme.com",
    "https://mylocal.acme.com",
  ]) {
    expect([url, problemOf(url)]).toEqual([url, null]);
  }
});

describe("no call leaves for", () => {
  const PRIVATE_HOSTS = [
    // Names.
    [
      "localhost",
      "LOCALHOST",
      "localhost.",
      "localhost..",
      "127.0.0.1..",
      "a.localhost",
      "printer.local",
      "metadata.google.internal",
    ],
    ["postgres", "a.home.arpa", "db.corp", "nas.lan", "a.localdomain", "intranet", "a.intranet", "a.private"],
    // IPv4, as it is written and as it can be written.
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "１２７.0.0.1"],
    ["127%2e0.0.1", "0", "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255"],
    ["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1"],
    ["192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1"],
    ["239.255.255.255", "240.0.0.1", "255.255.255.255"],
    // IPv6, and IPv4 inside it: mapped, compatible, translated, NAT64, 6to4, Teredo.
    [
      "[::]",
      "[::1]",
      "[0:0:0:0:0:0:0:1]",
      "[fe80::1]",
      "[fec0::1]",
      "[fc00::1]",
      "[fd12:3456::1]",
      "[ff02::1]",
    ],
    ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]"],
    ["[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[100::1]"],
    ["[5f00::1]", "[2001:20::1]", "[1fff::1]", "[4000::1]"],
  ].flat();
  test.each(PRIVATE_HOSTS)("%s", (host) => {
    expect(problemOf(`https://${host}/`)).toBe(NOT_PUBLIC);
    expect(problemOf(`https://${host}:8443/path`)).toBe(NOT_PUBLIC);
  });

  test("any address of a private block, however it is written", () => {
    const blocks: [number, number][] = [
      [0x0a000000, 24],
      [0x7f000000, 24],
      [0xa9fe0000, 16],
      [0xac100000, 20],
      [0xc0a80000, 16],
      [0x64400000, 22],
      [0xe0000000, 29],
    ];
    const address = constantFrom(...blocks).chain(([first, bits]) =>
      integer({ min: 0, max: 2 ** bits - 1 }).map((offset) => first + offset),
    );
    assert(
      property(address, (value) => {
        const octets = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
        const hex = value.toString(16).padStart(8, "0");
        const forms = [
          octets.join("."),
          octets.map((octet) => `0${octet.toString(8)}`).join("."),
          octets.map((octet) => `0x${octet.toString(16)}`).join("."),
          String(value),
          `0x${hex}`,
          `[::ffff:${octets.join(".")}]`,
          `[::ffff:${hex.slice(0, 4)}:${hex.slice(4)}]`,
          `[64:ff9b::${octets.join(".")}]`,
          `[2002:${hex.slice(0, 4)}:${hex.slice(4)}::1]`,
        ];
        for (const form of forms) expect([form, problemOf(`https://${form}/`)]).toEqual([form, NOT_PUBLIC]);
      }),
    );
  });
});

test("other protocols, credentials, fragments and what is no URL are refused, each in its own words", () => {
  for (const url of [
    "http://acme.com",
    "ftp://acme.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "wss://acme.com",
  ]) {
    expect([url, problemOf(url)]).toEqual([url, "must be an https URL"]);
  }
  for (const url of ["https://me@acme.com", "https://:pw@acme.com", "https://me:pw@acme.com"]) {
    expect([url, problemOf(url)]).toEqual([url, "must have no user name and no password"]);
  }
  expect(problemOf("https://acme.com/#there")).toBe("must have no fragment");
  for (const url of [
    "",
    "acme.com",
    "/path",
    "https://",
    "https://a b.com",
    " https://acme.com",
    "https://ac\nme.com",
  ]) {
    expect([url, problemOf(url)]).toEqual([url, "must be an absolute URL"]);
  }
  expect(problemOf(`https://acme.com/${"a".repeat(2_048)}`)).toBe("must have at most 2048 characters");
  expect(problemOf(`https://acme.com/${"a".repeat(2_031)}`)).toBeNull();
});

test("where the deployment allows it, http and private hosts will do, credentials still not", () => {
  const allowed = (url: string) => publicUrlProblem(url, { allowPrivate: true });
  expect(allowed("http://127.0.0.1:9001/hook")).toBeNull();
  expect(allowed("http://postgres:5432")).toBeNull();
  expect(allowed("https://[::1]/")).toBeNull();
  expect(allowed("http://me:pw@127.0.0.1/")).toBe("must have no user name and no password");
  expect(allowed("ftp://127.0.0.1/")).toBe("must be an https URL");
});
