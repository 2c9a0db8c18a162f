import { describe, expect, test } from "vitest";
import { parseEnv } from "../../../src/env.ts";
import { authorize } from "../../../src/providers/upstream.ts";
import { accessToken } from "../../../src/providers/vertex/access-token.ts";
import { GOOGLE_TOKEN_URL, parseServiceAccount } from "../../../src/providers/vertex/service-account.ts";
import { serviceAccountKey } from "../../support/service-account-key.ts";

const NOW_MS = Date.UTC(2026, 5, 15);
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

const { pem, publicKey } = await serviceAccountKey();
let accounts = 0;
/** A new one each: what is kept of one test must not serve another. */
const accountJson = (more: object = {}) =>
  JSON.stringify({
    client_email: `gate-${accounts++}@p.iam.gserviceaccount.com`,
    private_key: pem,
    private_key_id: "k1",
    ...more,
  });
const account = (more: object = {}, tokenUrl?: string) => {
  const parsed = parseServiceAccount(accountJson(more), tokenUrl);
  if (!parsed) throw new Error("no service account");
  return parsed;
};

/** A token endpoint that counts what it is asked, and answers in turn. */
function tokenEndpoint(answer: (call: number) => Response | Promise<Response>) {
  const calls: { url: string; form: URLSearchParams; redirect: string | undefined }[] = [];
  const fetcher = async (url: RequestInfo | URL, init?: RequestInit) => {
    const form = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams();
    calls.push({ url: url instanceof Request ? url.url : url.toString(), form, redirect: init?.redirect });
    return answer(calls.length);
  };
  return { calls, fetcher };
}
const granted = (call: number, expires_in = 3_600) =>
  Response.json({ access_token: `token-${call}`, expires_in });

describe("an access token", () => {
  test("is given for an assertion that the account has signed", async () => {
    const { calls, fetcher } = tokenEndpoint(granted);
    const ours = account();
    expect(await accessToken(ours, { fetcher, nowMs: NOW_MS })).toBe("token-1");
    const [call] = calls;
    expect(call).toMatchObject({ url: GOOGLE_TOKEN_URL, redirect: "manual" });
    expect(call?.form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = (call?.form.get("assertion") ?? "").split(".");
    const json = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(json(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "k1" });
    expect(json(claims)).toEqual({
      iss: ours.email,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: GOOGLE_TOKEN_URL,
      iat: NOW_MS / 1_000,
      exp: NOW_MS / 1_000 + 3_600,
    });
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    const verified = await crypto.subtle.verify(
      RS256.name,
      publicKey,
      Buffer.from(signature, "base64url"),
      signed,
    );
    expect(verified).toBe(true);
  });

  test("is kept until shortly before it ends", async () => {
    const { calls, fetcher } = tokenEndpoint(granted);
    const ours = account();
    const at = (nowMs: number) => accessToken(ours, { fetcher, nowMs });
    expect(await at(NOW_MS)).toBe("token-1");
    expect(await at(NOW_MS + 3_299_999)).toBe("token-1");
    expect(await at(NOW_MS + 3_300_000)).toBe("token-2");
    expect(calls).toHaveLength(2);
  });

  test("is fetched once for calls that come together", async () => {
    const { calls, fetcher } = tokenEndpoint(async (call) => granted(call));
    const ours = account();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () => accessToken(ours, { fetcher, nowMs: NOW_MS })),
    );
    expect(new Set(tokens)).toEqual(new Set(["token-1"]));
    expect(calls).toHaveLength(1);
  });

  test("is fetched anew where an exchange seems to have been given up", async () => {
    const first = Promise.withResolvers<void>();
    const { fetcher } = tokenEndpoint((call) => {
      if (call > 1) return granted(call);
      first.resolve();
      return new Promise<Response>(() => {});
    });
    const ours = account();
    void accessToken(ours, { fetcher, nowMs: NOW_MS });
    // Both sign before they ask: the second must not overtake the first.
    await first.promise;
    expect(await accessToken(ours, { fetcher, nowMs: NOW_MS + 10_000 })).toBe("token-2");
  });

  test.each([
    ["a refusal", () => Response.json({ error: "invalid_grant" }, { status: 400 })],
    ["no JSON", () => new Response("<html>")],
    ["no token", () => Response.json({ expires_in: 60 })],
    ["an absurd life", () => Response.json({ access_token: "t", expires_in: -1 })],
    ["a network that is down", () => Promise.reject(new TypeError("fetch failed"))],
  ])("is none after %s, and the next call tries again", async (_what, answer) => {
    const { calls, fetcher } = tokenEndpoint((call) => (call === 1 ? answer() : granted(call)));
    const ours = account();
    expect(await accessToken(ours, { fetcher, nowMs: NOW_MS })).toBeNull();
    expect(await accessToken(ours, { fetcher, nowMs: NOW_MS })).toBe("token-2");
    expect(calls).toHaveLength(2);
  });

  test("is none where the key isn't one", async () => {
    const { calls, fetcher } = tokenEndpoint(granted);
    const broken = account({ private_key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" });
    expect(await accessToken(broken, { fetcher, nowMs: NOW_MS })).toBeNull();
    expect(calls).toHaveLength(0);
  });
});

describe("the assertion", () => {
  test("goes to Google, or where the deployment says, and nowhere that the file names", () => {
    const url = (token_uri?: string, own?: string) => account({ token_uri }, own).tokenUrl;
    expect(url()).toBe(GOOGLE_TOKEN_URL);
    expect(url("https://sts.googleapis.com/v1/token")).toBe("https://sts.googleapis.com/v1/token");
    for (const uri of [
      "https://evil.example/token",
      "http://oauth2.googleapis.com/token",
      "https://oauth2.googleapis.com.evil.example/token",
      "https://evilgoogleapis.com/token",
      "https://oauth2.googleapis.com:8443/token",
      "https://oauth2.googleapis.com@evil.example/token",
      "nonsense",
    ]) {
      expect(url(uri)).toBe(GOOGLE_TOKEN_URL);
    }
    expect(url("https://evil.example/token", "http://127.0.0.1:9/token")).toBe("http://127.0.0.1:9/token");
    expect(account({}, "http://127.0.0.1:9/token").audience).toBe(GOOGLE_TOKEN_URL);
  });

  test("is signed with a key whose line ends were written out", async () => {
    const { fetcher } = tokenEndpoint(granted);
    const escaped = account({ private_key: pem.replaceAll("\n", "\\n") });
    expect(await accessToken(escaped, { fetcher, nowMs: NOW_MS })).toBe("token-1");
  });
});

describe("the credential of a call", () => {
  const outgoing = () => ({
    url: "https://aiplatform.googleapis.com/",
    method: "POST",
    headers: new Headers(),
    body: null,
  });
  const upstream = {
    baseUrl: "https://aiplatform.googleapis.com",
    auth: "vertex",
    apiKey: undefined,
  } as const;

  test("is the token, which no answer may carry", async () => {
    const { fetcher } = tokenEndpoint(granted);
    const call = outgoing();
    const secrets = await authorize({ ...upstream, serviceAccount: account() }, call, {
      fetcher,
      nowMs: NOW_MS,
    });
    expect(secrets).toEqual(["token-1"]);
    expect(call.headers.get("authorization")).toBe("Bearer token-1");
  });

  test("is a key as a bearer where there is no account", async () => {
    const call = outgoing();
    expect(await authorize({ ...upstream, apiKey: "k" }, call, { fetcher: fetch, nowMs: NOW_MS })).toEqual([
      "k",
    ]);
    expect(call.headers.get("authorization")).toBe("Bearer k");
  });

  test("is none that could be had where Google gives no token: the call isn't sent", async () => {
    const { fetcher } = tokenEndpoint(() => new Response(null, { status: 500 }));
    const call = outgoing();
    expect(
      await authorize({ ...upstream, serviceAccount: account() }, call, { fetcher, nowMs: NOW_MS }),
    ).toBeNull();
    expect(call.headers.has("authorization")).toBe(false);
  });
});

describe("the settings", () => {
  const REQUIRED = {
    ADMIN_KEY: "admin",
    KEY_SECRET: "0123456789abcdef",
    UPSTASH_REDIS_REST_URL: "https://redis.example",
    UPSTASH_REDIS_REST_TOKEN: "token",
    DATABASE_URL: "postgres://localhost/db",
  };

  test("take a service account, and never show one that is wrong", () => {
    const good = parseEnv({
      ...REQUIRED,
      VERTEX_SERVICE_ACCOUNT: accountJson(),
      VERTEX_TOKEN_URL: "http://127.0.0.1:9/",
    });
    expect("config" in good && good.config.providers["vertex"]?.serviceAccount).toMatchObject({
      audience: GOOGLE_TOKEN_URL,
      tokenUrl: "http://127.0.0.1:9/",
    });
    for (const wrong of ["secret-text", JSON.stringify({ client_email: "a", private_key: "secret-text" })]) {
      const parsed = parseEnv({ ...REQUIRED, VERTEX_SERVICE_ACCOUNT: wrong });
      expect(parsed).toEqual({
        problems: [{ setting: "VERTEX_SERVICE_ACCOUNT", detail: "is not the JSON of a service account" }],
      });
    }
  });
});
