import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_getVarsForDev } from "wrangler";
import { describe, expect, test } from "vitest";
import { formatVars } from "../../src/local/vars-file.ts";

describe("the vars file", () => {
  test("is read by wrangler as it was written, and nothing beside it is", async () => {
    const values = {
      PLAIN: "x",
      URL: "postgres://a:b%20c@127.0.0.1:5432/d?e=f#g",
      SPACES: "  # no comment ",
      DOLLARS: "$PLAIN ${PLAIN} \\$PLAIN $$ \\\\.",
      QUOTES: `it's "quoted"`,
      TICKS: "`it's`",
      TWO_LINES: "a\nPLAIN=b",
      JSON: JSON.stringify({ private_key: "-----BEGIN\nMII+/=\n-----END\n", quote: '"' }),
    };
    const dir = await mkdtemp(join(tmpdir(), "tollgate-vars-"));
    await writeFile(join(dir, ".dev.vars"), "PLAIN=other\nDEVELOPER=1\n");
    await writeFile(join(dir, ".env"), "PLAIN=another\nSHELL=1\n");
    await writeFile(join(dir, "worker.env"), formatVars(values));
    const read = unstable_getVarsForDev(
      join(dir, "wrangler.toml"),
      [join(dir, "worker.env")],
      {},
      undefined,
      true,
    );
    await rm(dir, { recursive: true });
    expect(Object.fromEntries(Object.entries(read).map(([name, { value }]) => [name, value]))).toEqual(
      values,
    );
  });

  test("quotes each value by what it holds", () => {
    const text = formatVars({ PLAIN: "x", QUOTE: "it's", BOTH: "it's a `tick`", TWO_LINES: "a\nb" });
    expect(text).toBe(`PLAIN='x'\nQUOTE=\`it's\`\nBOTH="it's a \`tick\`"\nTWO_LINES='a\nb'\n`);
  });

  test("takes the meaning from a dollar sign", () => {
    expect(formatVars({ A: "$B ${C}" })).toBe("A='\\$B \\${C}'\n");
  });

  test.each([
    ["every kind of quote", "'`\""],
    ["a carriage return", "a\rb"],
    ["a backslash at its end", "a\\"],
    ["an escape where only double quotes are left", "'`\\n"],
  ])("refuses %s, which the format can't hold, without showing the value", (_, value) => {
    expect(() => formatVars({ SECRET: value })).toThrow(/^SECRET can't be handed to wrangler: it has quotes/);
  });

  test("refuses a name that would start another line", () => {
    expect(() => formatVars({ "A=1\nB": "2" })).toThrow("can't be handed");
  });
});
