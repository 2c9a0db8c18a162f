import { expect, test } from "vitest";
import type { OwnProvider } from "../../src/domain/policy.ts";
import { parseEnv, type Config } from "../../src/env.ts";
import { putCredential } from "../../src/gate/credential.ts";
import type { GateDeps } from "../../src/gate/gate-deps.ts";
import { sealCredential, type OwnCredential } from "../../src/providers/own-credential.ts";
import type { AuthScheme } from "../../src/providers/provider.ts";
import { providerNamed } from "../../src/providers/registry.ts";
import { upstreamOf } from "../../src/providers/upstream.ts";
import { createMemory } from "../../src/store/memory.ts";
import { serviceAccountKey } from "../support/service-account-key.ts";

const SECRET = "the key secret of these tests";
const DEPLOYMENT = "the-credential-of-the-deployment";

function configOf(bindings: Record<string, string>): Config {
  const parsed = parseEnv({
    ADMIN_KEY: "admin",
    KEY_SECRET: SECRET,
    UPSTASH_REDIS_REST_URL: "http://redis.test",
    UPSTASH_REDIS_REST_TOKEN: "token",
    DATABASE_URL: "postgres://postgres.test/tollgate",
    OPENAI_API_KEY: DEPLOYMENT,
    BEDROCK_API_KEY: DEPLOYMENT,
    AWS_REGION: "us-east-1",
    VERTEX_API_KEY: DEPLOYMENT,
    ...bindings,
  });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

async function ownOf(
  name: string,
  credential: OwnCredential | null,
  changes: Partial<OwnProvider> = {},
): Promise<OwnProvider> {
  const owned = { organizationId: "org_default", teamId: "", name, baseUrl: null };
  const sealed = credential && (await sealCredential(credential, owned, [SECRET]));
  return { ...owned, kind: null, sealed, ...changes };
}

/** What a call to a provider is sent with. */
async function sentWith(
  own: OwnProvider | null,
  {
    name = own?.name ?? "openai",
    auth,
    bindings = {},
    memory = createMemory(),
  }: {
    name?: string;
    auth?: AuthScheme;
    bindings?: Record<string, string>;
    memory?: ReturnType<typeof createMemory>;
  } = {},
) {
  const reports: string[] = [];
  const fetched: string[] = [];
  const config = configOf(bindings);
  // Of the gate's parts, a credential needs these alone.
  const deps = {
    config,
    books: { memory, now: () => Date.UTC(2026, 10, 1), report: (event: string) => void reports.push(event) },
    fetch: (async (input: string) => {
      fetched.push(input);
      return Response.json({ access_token: "a-token", expires_in: 3_600 });
    }) as unknown as typeof fetch,
  } as unknown as GateDeps;
  const provider = providerNamed(name);
  const path = "/v1/projects/p/locations/us-east1/publishers/google/models/m:generateContent";
  const upstream = provider && upstreamOf(config, provider, { auth: auth ?? provider.auth, path }, own);
  if (!upstream) throw new Error("nowhere");
  const outgoing = {
    url: `${upstream.baseUrl}/v1/x`,
    method: "POST",
    headers: new Headers(),
    body: "{}",
  };
  const secrets = await putCredential(deps, upstream, outgoing);
  return {
    url: outgoing.url,
    headers: Object.fromEntries(outgoing.headers),
    secrets,
    reports,
    fetched,
    memory,
  };
}

test("the deployment's goes along where there is no own, and never beside one", async () => {
  expect((await sentWith(null)).headers).toEqual({ authorization: `Bearer ${DEPLOYMENT}` });
  const own = await sentWith(await ownOf("openai", { apiKey: "sk-own" }));
  expect(own).toMatchObject({ headers: { authorization: "Bearer sk-own" }, secrets: ["sk-own"] });
  for (const name of ["openai", "bedrock", "vertex"]) {
    const bare = await sentWith(await ownOf(name, null, { baseUrl: "https://elsewhere.example" }));
    expect(bare).toMatchObject({ url: "https://elsewhere.example/v1/x", headers: {}, secrets: [] });
  }
});

test("one that doesn't open isn't replaced by any other: the call can't be sent", async () => {
  const moved = await ownOf("openai", { apiKey: "sk-own" }, { baseUrl: "https://evil.example" });
  const foreign = await ownOf("openai", { apiKey: "sk-own" }, { organizationId: "org_other" });
  const teams = await ownOf("openai", { apiKey: "sk-own" }, { teamId: "team_1" });
  for (const own of [moved, foreign, teams]) {
    expect(await sentWith(own)).toMatchObject({
      secrets: null,
      headers: {},
      reports: ["credential_unreadable"],
    });
  }
  const own = await ownOf("openai", { apiKey: "sk-own" });
  const bindings = { KEY_SECRET: "another secret, of a later time" };
  expect(await sentWith(own, { bindings })).toMatchObject({ secrets: null, headers: {} });
  const rotated = await sentWith(own, { bindings: { ...bindings, KEY_SECRET_PREVIOUS: SECRET } });
  expect(rotated.headers).toEqual({ authorization: "Bearer sk-own" });
});

test("AWS's own sign in place of the deployment's bearer, for their own region", async () => {
  const aws = { accessKeyId: "AKIAOWN", secretAccessKey: "own-secret", region: "eu-central-1" };
  const { headers, secrets } = await sentWith(await ownOf("bedrock", { aws }));
  expect(headers["authorization"]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIAOWN\/\d{8}\/eu-central-1\/bedrock\//,
  );
  expect(secrets).toEqual(["own-secret"]);
  expect(JSON.stringify(headers)).not.toContain(DEPLOYMENT);
});

test("a service account of its own fetches its token where the deployment says", async () => {
  const { pem: private_key } = await serviceAccountKey();
  const serviceAccount = JSON.stringify({ client_email: "own@acme.example", private_key });
  const own = await ownOf("vertex", { serviceAccount });
  const bindings = { VERTEX_TOKEN_URL: "https://tokens.example/token" };
  expect(await sentWith(own, { bindings })).toMatchObject({
    headers: { authorization: "Bearer a-token" },
    secrets: ["a-token"],
    fetched: ["https://tokens.example/token"],
  });
});

test("it is opened once, and what an isolate remembers of them is bounded", async () => {
  const memory = createMemory();
  const own = await ownOf("openai", { apiKey: "sk-own" });
  await sentWith(own, { memory });
  expect(memory.credentials.size).toBe(1);
  await sentWith(own, { memory });
  expect(memory.credentials.size).toBe(1);
  for (let i = 0; i < 1_000; i++) memory.credentials.set(`another ${i}`, { apiKey: "" });
  const next = await sentWith(await ownOf("openai", { apiKey: "sk-next" }), { memory });
  expect(next.headers).toEqual({ authorization: "Bearer sk-next" });
  expect(memory.credentials.size).toBe(1);
});
