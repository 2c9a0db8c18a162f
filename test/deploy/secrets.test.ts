import { describe, expect, test } from "vitest";
import { deployedSecrets, missingSecrets, REQUIRED_SECRETS } from "../../src/deploy/secrets.ts";
import { directUrl } from "../../src/deploy/vars.ts";
import type { Ended } from "../../src/deploy/wrangler.ts";

// Cloudflare isn't here: what wrangler says is made by hand.
const saying = (ended: Partial<Ended>) => async () => ({ code: 0, stdout: "", stderr: "", ...ended });

describe("the secrets of a deployed Worker", () => {
  test.each([
    [
      "are listed",
      { stdout: 'a notice\n[{"name":"ADMIN_KEY","type":"secret_text"}]\n' },
      { names: ["ADMIN_KEY"] },
    ],
    [
      "are none before the first deploy",
      { code: 1, stderr: "This Worker does not exist on your account. [code: 10007]" },
      { names: [] },
    ],
    ["aren't known to who isn't logged in", { code: 1, stderr: "log in\n" }, { problem: "log in" }],
    ["are no list in what is no list", { stdout: "[1]" }, { problem: "wrangler secret list gave no list" }],
    ["are no list in nothing", {}, { problem: "wrangler secret list gave no list" }],
  ])("%s", async (_, ended, expected) => {
    expect(await deployedSecrets(saying(ended))).toEqual(expected);
  });

  test("what is neither there nor on its way is missing, and so is an empty text", () => {
    const all = Object.fromEntries(REQUIRED_SECRETS.map((name) => [name, "x"]));
    expect(missingSecrets([], all)).toEqual([]);
    expect(missingSecrets(["ADMIN_KEY"], { ...all, ADMIN_KEY: undefined, KEY_SECRET: "" })).toEqual([
      "KEY_SECRET",
    ]);
  });
});

test.each([
  [
    "postgres://u:p@ep-cool-1-pooler.us-east-2.aws.neon.tech/db",
    "postgres://u:p@ep-cool-1.us-east-2.aws.neon.tech/db",
  ],
  [
    "postgres://u:p@ep-cool-1.us-east-2.aws.neon.tech/db",
    "postgres://u:p@ep-cool-1.us-east-2.aws.neon.tech/db",
  ],
  ["postgres://u:p@my-pooler.example/db", "postgres://u:p@my-pooler.example/db"],
])("a session is opened past Neon's pool: %s", (url, direct) => {
  expect(directUrl(url)).toBe(direct);
});
