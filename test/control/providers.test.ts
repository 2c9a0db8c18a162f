import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { parseScopePolicy, type OwnProvider } from "../../src/domain/policy.ts";
import { keySecretsOf } from "../../src/key-secrets.ts";
import { providerCredentials } from "../../src/ledger/control-schema.ts";
import { readPolicyDocument } from "../../src/ledger/policy-documents.ts";
import { openCredential } from "../../src/providers/own-credential.ts";
import {
  emptyRedis,
  type Harness,
  KEY_SECRET,
  make,
  pointersOf,
  publishedScopes,
  START_MS,
  startHarness,
  versionOf,
} from "./harness.ts";

const SECRET = "sk-own-credential-of-the-tests-7f3a";
const ACME = { kind: "openai-compatible", base_url: "https://api.acme.example/v1", api_key: SECRET };
const SERVICE_ACCOUNT = {
  type: "service_account",
  client_email: "gate@acme.example",
  private_key: "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
  private_key_id: "0123456789abcdef0123456789abcdef01234567",
};

let harness: Harness;
let other: string;
let team: string;
beforeAll(async () => {
  harness = await startHarness();
  other = await make(harness, "organizations", { name: "Other" });
  team = await make(harness, "teams", { name: "Team" });
});
beforeEach(async () => {
  await harness.database.delete(providerCredentials);
  Object.assign(harness.redis, emptyRedis());
  Object.assign(harness.services.config, {
    ALLOW_PRIVATE_ADDRESSES: false,
    KEY_SECRET,
    KEY_SECRET_PREVIOUS: undefined,
  });
  harness.clock.nowMs = START_MS;
});
afterAll(() => harness.close());

const call: Harness["call"] = (...parameters) => harness.call(...parameters);
const put = (name: string, body: unknown, query = "") =>
  call("PUT", `/api/v1/providers/${name}${query}`, { body });
const get = async (name: string, query = "") => (await call("GET", `/api/v1/providers/${name}${query}`)).body;

/** What the gate finds in the document of a scope. */
async function inDocument(scope: string, org = "org_default"): Promise<OwnProvider[]> {
  const { json } = await readPolicyDocument(harness.database, org, { kind: "scope", id: scope });
  return parseScopePolicy(json).providers ?? [];
}

async function opened(own: OwnProvider | undefined) {
  if (!own?.sealed) throw new Error("no credential");
  return openCredential(own.sealed, own, keySecretsOf(harness.services.config));
}

describe("a credential of its own", () => {
  test("is PUT, shown without itself, and taken off by DELETE", async () => {
    const made = await put("openai", { api_key: SECRET });
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      name: "openai",
      source: "organization",
      organization_id: "org_default",
      hint: "7f3a",
      created_at: "2026-05-13T10:30:00.000Z",
      updated_at: "2026-05-13T10:30:00.000Z",
    });
    expect(await get("openai")).toEqual(made.body);
    harness.clock.nowMs += 1_000;
    expect((await put("openai", { api_key: "sk-short" })).body).toEqual({
      name: "openai",
      source: "organization",
      organization_id: "org_default",
      created_at: "2026-05-13T10:30:00.000Z",
      updated_at: "2026-05-13T10:30:01.000Z",
    });
    expect((await call("DELETE", "/api/v1/providers/openai")).status).toBe(204);
    expect((await call("DELETE", "/api/v1/providers/openai")).status).toBe(404);
    expect(await get("openai")).toEqual({ name: "openai", source: "none", organization_id: "org_default" });
  });

  test("lies in the table and the document sealed, and opens for its own place and address alone", async () => {
    await put("openai", { api_key: SECRET, base_url: "https://proxy.acme.example" });
    const [row] = await harness.database.select().from(providerCredentials);
    const { json } = await readPolicyDocument(harness.database, "org_default", {
      kind: "scope",
      id: "organization:org_default",
    });
    for (const stored of [JSON.stringify(row), json]) expect(stored).not.toContain(SECRET.slice(0, -4));
    const [own] = await inDocument("organization:org_default");
    expect(await opened(own)).toEqual({ apiKey: SECRET });
    for (const change of [
      { baseUrl: "https://evil.example" },
      { baseUrl: null },
      { name: "groq" },
      { organizationId: other },
      { teamId: team },
    ])
      await expect(opened(own && { ...own, ...change })).rejects.toThrow("sealed elsewhere");
  });

  test("law 10: is in its owner's document, under a new version, before it is answered", async () => {
    const version = await versionOf(harness, "organization:org_default");
    await put("openai", { api_key: SECRET });
    expect(publishedScopes(harness)).toEqual(["organization:org_default"]);
    expect(await versionOf(harness, "organization:org_default")).toBe(version + 1);
    await put("openai", { api_key: "another-key-of-the-team", team_id: team });
    expect(publishedScopes(harness)).toEqual([`team:${team}`]);
    expect(await opened((await inDocument(`team:${team}`))[0])).toEqual({
      apiKey: "another-key-of-the-team",
    });
    expect(await inDocument("key:key_1")).toEqual([]);
    await call("DELETE", `/api/v1/providers/openai?team_id=${team}`);
    expect(publishedScopes(harness)).toEqual([`team:${team}`]);
    expect(await inDocument(`team:${team}`)).toEqual([]);
    expect(await opened((await inDocument("organization:org_default"))[0])).toEqual({ apiKey: SECRET });
  });

  test("law 10: a change that Redis can't be told of is stored, and says so", async () => {
    harness.redis.down = true;
    const answer = await put("openai", { api_key: SECRET });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("The change is stored");
    expect(answer.text).not.toContain(SECRET);
    expect(await inDocument("organization:org_default")).toHaveLength(1);
  });

  test("may be AWS's, which is called where it signs for, or a service account", async () => {
    const aws = {
      access_key_id: "AKIAEXAMPLEEXAMPLE42",
      secret_access_key: "s3cr3t/key",
      region: "eu-central-1",
    };
    const made = await put("bedrock", { aws });
    expect(made.body).toMatchObject({
      hint: "LE42",
      base_url: "https://bedrock-runtime.eu-central-1.amazonaws.com",
    });
    await put("vertex", { service_account: SERVICE_ACCOUNT });
    const [bedrock, vertex] = await inDocument("organization:org_default");
    expect(await opened(bedrock)).toEqual({
      aws: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key, region: aws.region },
    });
    expect(await opened(vertex)).toEqual({ serviceAccount: JSON.stringify(SERVICE_ACCOUNT) });
    expect(await get("vertex")).toMatchObject({ hint: "4567" });
  });

  test("of a team comes before its organization's, and that before the deployment's", async () => {
    Object.assign(harness.services.config.providers, { groq: { apiKey: "of the deployment" } });
    expect(await get("groq", `?team_id=${team}`)).toEqual({
      name: "groq",
      source: "deployment",
      organization_id: "org_default",
    });
    await put("groq", { api_key: SECRET });
    expect(await get("groq", `?team_id=${team}`)).toMatchObject({ source: "organization" });
    await put("groq", { api_key: SECRET, team_id: team });
    expect(await get("groq", `?team_id=${team}`)).toMatchObject({ source: "team", team_id: team });
    expect(await get("groq")).toMatchObject({ source: "organization" });
    expect(await get("groq", `?organization_id=${other}`)).toMatchObject({ source: "deployment" });
  });

  test("belongs to one place: another organization's team is none", async () => {
    const foreign = await make(harness, "teams", { name: "Theirs", organization_id: other });
    expect(pointersOf(await put("openai", { api_key: SECRET, team_id: foreign }))).toEqual(["/team_id"]);
    expect(pointersOf(await put("openai", { api_key: SECRET, organization_id: "org_none" }))).toEqual([
      "/organization_id",
    ]);
    expect(pointersOf(await call("GET", `/api/v1/providers?team_id=${foreign}`))).toEqual(["/team_id"]);
    const both = await put("openai", { api_key: SECRET, organization_id: other }, `?team_id=${foreign}`);
    expect(both.body).toMatchObject({ organization_id: other, team_id: foreign });
    expect(
      pointersOf(
        await put("openai", { api_key: SECRET, organization_id: other }, "?organization_id=org_default"),
      ),
    ).toEqual(["/organization_id"]);
    expect((await call("DELETE", `/api/v1/teams/${foreign}`)).text).toContain("providers: 1");
    expect((await call("DELETE", `/api/v1/organizations/${other}`)).text).toContain("providers: 1");
  });
});

describe("a provider that Tollgate doesn't know", () => {
  test("is one of its kind, at an address", async () => {
    const made = await put("acme", ACME);
    expect(made.body).toMatchObject({
      name: "acme",
      kind: "openai-compatible",
      source: "organization",
      base_url: "https://api.acme.example/v1",
      hint: "7f3a",
    });
    expect(await inDocument("organization:org_default")).toMatchObject([
      { name: "acme", kind: "openai-compatible", baseUrl: "https://api.acme.example/v1" },
    ]);
    const open = await put("acme", { ...ACME, api_key: null, base_url: "https://api.acme.example/" });
    expect(open.body).toMatchObject({ source: "none", base_url: "https://api.acme.example" });
    expect(open.body).not.toHaveProperty("hint");
    expect((await call("GET", "/api/v1/providers/nobody")).status).toBe(404);
  });

  test("is quoted by its organization's price, and is no path of another's", async () => {
    await put("acme", ACME);
    await call("PUT", "/api/v1/prices/acme/small", { body: { input: "1", output: "2" } });
    const asked = {
      path: "/acme/v1/chat/completions",
      body: { model: "small", messages: [{ role: "user", content: "Hi" }], max_tokens: 10 },
    };
    const quoted = await call("POST", "/api/v1/prices/quote", { body: asked });
    expect(quoted.body).toMatchObject({ provider: "acme", model: "small", output_tokens_bound: 10 });
    const unified = { ...asked, path: "/v1/chat/completions", body: { ...asked.body, model: "acme/small" } };
    expect((await call("POST", "/api/v1/prices/quote", { body: unified })).body).toMatchObject({
      provider: "acme",
    });
    const elsewhere = await call("POST", `/api/v1/prices/quote?organization_id=${other}`, { body: asked });
    expect(pointersOf(elsewhere)).toEqual(["/path"]);
  });

  test("has no more than so many beside it", async () => {
    for (let i = 0; i < 50; i++) expect((await put(`acme-${i}`, ACME)).status).toBe(200);
    expect((await put("acme-50", ACME)).status).toBe(409);
    expect((await put("acme-7", ACME)).status).toBe(200);
    expect((await put("acme-50", { ...ACME, team_id: team })).status).toBe(200);
  });
});

test.each<[string, string, unknown, string[]]>([
  ["an unknown kind", "acme", { ...ACME, kind: "anthropic-compatible" }, ["/kind"]],
  ["no kind", "acme", { ...ACME, kind: null }, ["/kind"]],
  ["no address", "acme", { ...ACME, base_url: undefined }, ["/base_url"]],
  ["a kind of a known one", "openai", { kind: "openai-compatible", api_key: SECRET }, ["/kind"]],
  ["nothing", "openai", {}, ["/api_key"]],
  ["two credentials", "bedrock", { api_key: SECRET, aws: awsOf("eu-west-1") }, ["/aws"]],
  ["AWS's elsewhere", "openai", { aws: awsOf("eu-west-1") }, ["/aws"]],
  ["a service account elsewhere", "google", { service_account: SERVICE_ACCOUNT }, ["/service_account"]],
  ["no region", "bedrock", { aws: awsOf("Mars") }, ["/aws/region"]],
  ["no service account", "vertex", { service_account: { client_email: "x" } }, ["/service_account"]],
  ["an empty key", "openai", { api_key: "" }, ["/api_key"]],
  ["a key of two lines", "openai", { api_key: "sk-1\r\nx-evil: 1" }, ["/api_key"]],
  ["a key that is too long", "openai", { api_key: "k".repeat(4_097) }, ["/api_key"]],
  ["an unknown field", "openai", { api_key: SECRET, apikey: "x" }, ["/apikey"]],
  ["a query in the address", "acme", { ...ACME, base_url: "https://api.acme.example/v1?x=1" }, ["/base_url"]],
  ["http", "acme", { ...ACME, base_url: "http://api.acme.example" }, ["/base_url"]],
  ["another scheme", "acme", { ...ACME, base_url: "file:///etc/passwd" }, ["/base_url"]],
  ["a user in the address", "acme", { ...ACME, base_url: "https://u:p@api.acme.example" }, ["/base_url"]],
  ["loopback", "openai", { api_key: SECRET, base_url: "https://127.0.0.1" }, ["/base_url"]],
  ["loopback by number", "acme", { ...ACME, base_url: "https://2130706433/" }, ["/base_url"]],
  ["loopback in IPv6", "acme", { ...ACME, base_url: "https://[::ffff:127.0.0.1]/" }, ["/base_url"]],
  ["a metadata service", "acme", { ...ACME, base_url: "https://169.254.169.254/latest" }, ["/base_url"]],
  ["a private network", "acme", { ...ACME, base_url: "https://10.0.0.8" }, ["/base_url"]],
  ["a private name", "acme", { ...ACME, base_url: "https://llm.internal" }, ["/base_url"]],
  ["a name of Tollgate's own", "api", ACME, ["/name"]],
  ["a version as a name", "v2", ACME, ["/name"]],
  ["upper case", "Acme", ACME, ["/name"]],
  ["an underscore", "ac_me", ACME, ["/name"]],
  ["a name that ends in a hyphen", "acme-", ACME, ["/name"]],
  ["a name that is too long", "a".repeat(64), ACME, ["/name"]],
])("R55: %s is a bad field, and nothing is stored", async (_, name, body, pointers) => {
  const answer = await put(name, body);
  expect(answer.status).toBe(400);
  expect(pointersOf(answer)).toEqual(pointers);
  expect(answer.text).not.toContain(SECRET);
  expect(await harness.database.select().from(providerCredentials)).toEqual([]);
});

function awsOf(region: string) {
  return { access_key_id: "AKIA", secret_access_key: "s", region };
}

test("a deployment may allow private addresses", async () => {
  Object.assign(harness.services.config, { ALLOW_PRIVATE_ADDRESSES: true });
  expect((await put("acme", { ...ACME, base_url: "http://127.0.0.1:11434/v1/" })).body).toMatchObject({
    base_url: "http://127.0.0.1:11434/v1",
  });
});

test("the list has every provider that calls can reach, page by page, and no credential", async () => {
  await put("acme", { ...ACME, team_id: team });
  await put("zeta", ACME);
  await put("openai", { api_key: SECRET });
  const page = z.object({
    data: z.array(z.looseObject({ name: z.string(), source: z.string() })),
    next_cursor: z.string().nullable(),
  });
  const read = async (query: string) => page.parse((await call("GET", `/api/v1/providers?${query}`)).body);
  const all = await read("limit=200");
  const names = all.data.map(({ name }) => name);
  expect(names).toEqual(names.toSorted());
  expect(names).toEqual(expect.arrayContaining(["openai", "anthropic", "vertex", "zeta"]));
  expect(names).not.toContain("acme");
  expect(all.data.find(({ name }) => name === "openai")).toMatchObject({ source: "organization" });
  expect(JSON.stringify(all)).not.toContain(SECRET.slice(0, -4));

  const first = await read(`limit=1&team_id=${team}`);
  expect(first.data).toMatchObject([{ name: "acme", source: "team" }]);
  const second = await read(`limit=1&team_id=${team}&cursor=${first.next_cursor}`);
  expect(second.data).toMatchObject([{ name: "anthropic", source: "none" }]);
});

describe("KEY_SECRET's rotation", () => {
  const NEXT = "the-next-key-secret-of-the-tests";
  const reseal = async (query = "") => (await call("POST", `/api/v1/reseal${query}`)).body;
  const sealedNow = async (name: string) => {
    const [row] = await harness.database
      .select()
      .from(providerCredentials)
      .where(eq(providerCredentials.name, name));
    return row?.sealed;
  };

  test("opens what lies under the one before, seals it anew page by page, and then does without", async () => {
    await put("openai", { api_key: SECRET });
    await put("acme", { ...ACME, team_id: team });
    Object.assign(harness.services.config, { KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: KEY_SECRET });
    await put("groq", { api_key: "made-under-the-next-secret" });
    publishedScopes(harness);
    expect(await opened((await inDocument("organization:org_default"))[1])).toEqual({ apiKey: SECRET });
    const groq = await sealedNow("groq");

    const first = z.looseObject({ next_cursor: z.string() }).parse(await reseal("?limit=2"));
    expect(first).toMatchObject({ checked: 2, resealed: 1, unreadable: [], has_more: true });
    expect(publishedScopes(harness)).toEqual(["organization:org_default"]);
    expect(await reseal(`?limit=2&cursor=${first.next_cursor}`)).toEqual({
      checked: 1,
      resealed: 1,
      unreadable: [],
      has_more: false,
      next_cursor: null,
    });
    expect(publishedScopes(harness)).toEqual([`team:${team}`]);
    expect(await reseal()).toMatchObject({ checked: 3, resealed: 0 });
    expect(await sealedNow("groq")).toEqual(groq);

    Object.assign(harness.services.config, { KEY_SECRET_PREVIOUS: undefined });
    const own = [...(await inDocument("organization:org_default")), ...(await inDocument(`team:${team}`))];
    expect(await Promise.all(own.map(opened))).toEqual([
      { apiKey: "made-under-the-next-secret" },
      { apiKey: SECRET },
      { apiKey: SECRET },
    ]);
  });

  test("says what it can't read, and leaves it", async () => {
    await put("openai", { api_key: SECRET });
    const before = await sealedNow("openai");
    Object.assign(harness.services.config, { KEY_SECRET: NEXT });
    expect(await reseal()).toMatchObject({
      checked: 1,
      resealed: 0,
      unreadable: [{ kind: "provider", name: "openai", organization_id: "org_default" }],
    });
    expect(await sealedNow("openai")).toEqual(before);
  });

  test("a client's key of the time before goes on working, and ends with the secret that made it", async () => {
    const made = await call("POST", "/api/v1/keys", { body: {} });
    const { secret } = z.object({ secret: z.string() }).parse(made.body);
    const asked = async () =>
      (await call("GET", "/api/v1/key", { authorization: `Bearer ${secret}` })).status;
    Object.assign(harness.services.config, { KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: KEY_SECRET });
    expect(await asked()).toBe(200);
    Object.assign(harness.services.config, { KEY_SECRET_PREVIOUS: undefined });
    expect(await asked()).toBe(401);
  });

  test("an answer that is kept for its Idempotency-Key is given again", async () => {
    const options = { body: { name: "once" }, headers: { "idempotency-key": "rotation" } };
    const first = await call("POST", "/api/v1/keys", options);
    Object.assign(harness.services.config, { KEY_SECRET: NEXT, KEY_SECRET_PREVIOUS: KEY_SECRET });
    const again = await call("POST", "/api/v1/keys", options);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
  });
});
