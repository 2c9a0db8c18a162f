import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { keySecretsOf } from "../../src/key-secrets.ts";
import { equalTexts, mintSecret, proveSecret } from "../../src/gate/secret.ts";

const SECRET = "a key secret for these tests";

describe("a virtual key's text", () => {
  test("proves itself, and finds its organization and digest", async () => {
    const minted = await mintSecret(SECRET, "org_default");
    expect(minted.secret).toMatch(/^tg_default_[0-9a-z]{32}_[0-9a-z]{26}$/);
    expect(minted.secret.endsWith(minted.hint)).toBe(true);
    expect(await proveSecret([SECRET], minted.secret)).toEqual({
      organizationId: "org_default",
      digest: minted.digest,
    });
  });

  test("is refused after any change of a character", async () => {
    const { secret } = await mintSecret(SECRET, "org_default");
    for (let at = 0; at < secret.length; at++) {
      const other = secret[at] === "x" ? "y" : "x";
      expect(await proveSecret([SECRET], secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
    }
  });

  test("is refused under another secret, and when it names another organization", async () => {
    const { secret } = await mintSecret(SECRET, "org_default");
    expect(await proveSecret(["another key secret"], secret)).toBeNull();
    expect(await proveSecret([SECRET], secret.replace("_default_", "_other_"))).toBeNull();
  });

  test("is made anew each time, and holds no part of its digest", async () => {
    const [one, two] = [await mintSecret(SECRET, "org_a"), await mintSecret(SECRET, "org_a")];
    expect(one.secret).not.toBe(two.secret);
    expect(one.secret).not.toContain(one.digest);
  });
});

test("texts compare equal exactly when they are", () => {
  assert(
    property(string(), string(), (a, b) => {
      expect(equalTexts(a, b)).toBe(a === b);
      expect(equalTexts(a, a)).toBe(true);
    }),
  );
});

describe("KEY_SECRET's rotation", () => {
  const NEXT = "the key secret that comes after";

  test("a key of before proves itself by the digest that it was made with, while its secret counts", async () => {
    const before = await mintSecret(SECRET, "org_default");
    const after = await mintSecret(NEXT, "org_default");
    const proven = ({ digest }: { digest: string }) => ({ organizationId: "org_default", digest });
    expect(await proveSecret([NEXT, SECRET], before.secret)).toEqual(proven(before));
    expect(await proveSecret([NEXT, SECRET], after.secret)).toEqual(proven(after));
    expect(await proveSecret([NEXT], before.secret)).toBeNull();
    expect(await proveSecret([SECRET], after.secret)).toBeNull();
  });

  test("the secret before counts only where it is another", () => {
    expect(keySecretsOf({ KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: SECRET })).toEqual([NEXT, SECRET]);
    expect(keySecretsOf({ KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: NEXT })).toEqual([NEXT]);
    expect(keySecretsOf({ KEY_SECRET: NEXT })).toEqual([NEXT]);
  });
});
