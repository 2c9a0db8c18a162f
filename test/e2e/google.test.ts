// Google's SDK, unchanged but for its base URL and key, through the running Worker; and Vertex with a service account.

import { createServer, type Server } from "node:http";
import { ApiError, GoogleGenAI, type GenerateContentResponse } from "@google/genai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { close, listen, serveDemoProvider, type DemoProvider } from "../../src/local/demo/serve.ts";
import { collect } from "../local/demo-support.ts";
import { priceOf } from "../support/e2e-money.ts";
import { createRest, type NewKey, type Rest } from "../support/e2e-rest.ts";
import { serviceAccountKey } from "../support/service-account-key.ts";
import { startRig, type Rig } from "../support/e2e-rig.ts";

const MODEL = "gemini-2.5-flash";
const HELLO = { model: MODEL, contents: "Hello" };
const SECRET = "AIza-e2e-google-51c2";
// USD per million tokens: https://ai.google.dev/gemini-api/docs/pricing, 2026-11.
const PRICE = { input: "0.3", output: "2.5" };

let demo: DemoProvider;
let tokens: Server;
let rig: Rig;
let rest: Rest;
let key: NewKey;

beforeAll(async () => {
  demo = await serveDemoProvider();
  // Gives no token, as Google does to an account that was closed.
  tokens = createServer((_request, response) => {
    response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}');
  });
  const tokenPort = await listen(tokens, 0);
  rig = await startRig({
    bindings: {
      GOOGLE_BASE_URL: demo.url,
      GOOGLE_API_KEY: SECRET,
      VERTEX_BASE_URL: demo.url,
      VERTEX_SERVICE_ACCOUNT: JSON.stringify({
        client_email: "gate@e2e",
        private_key: (await serviceAccountKey()).pem,
      }),
      VERTEX_TOKEN_URL: `http://127.0.0.1:${tokenPort}/token`,
    },
  });
  rest = createRest(rig);
  key = await rest.createKey([{ limit: "100" }]);
});
afterAll(async () => {
  await rig.stop();
  await close(tokens);
  await demo.close();
});

const clientOf = ({ secret }: NewKey) =>
  new GoogleGenAI({ apiKey: secret, httpOptions: { baseUrl: `${rig.url}/google` } });

async function costs({ promptTokenCount = 0, candidatesTokenCount = 0 }, requestId: string, stream: boolean) {
  const cost = priceOf([
    [promptTokenCount, PRICE.input],
    [candidatesTokenCount, PRICE.output],
  ]);
  expect(await rest.settledRequest(requestId)).toMatchObject({
    cost,
    provider: "google",
    model: MODEL,
    stream,
    outcome: "completed",
    estimated: false,
    usage: { input_total: promptTokenCount, output_total: candidatesTokenCount },
  });
}

describe("the @google/genai package", () => {
  test("a unary call costs what its usage says", async () => {
    const answer = await clientOf(key).models.generateContent(HELLO);
    expect(answer.text).toContain('You said: "Hello"');
    const requestId = answer.sdkHttpResponse?.headers?.["x-tollgate-request-id"] ?? "";
    await costs(answer.usageMetadata ?? {}, requestId, false);
  });

  test("a stream costs what its last chunk says", async () => {
    const chunks = await collect(await clientOf(key).models.generateContentStream(HELLO));
    expect(chunks.map(({ text }) => text).join("")).toContain('You said: "Hello"');
    const requestId = chunks.at(-1)?.sdkHttpResponse?.headers?.["x-tollgate-request-id"] ?? "";
    await costs(chunks.at(-1)?.usageMetadata ?? {}, requestId, true);
  });

  test("counting tokens is free, and so are models", async () => {
    const poor = await rest.createKey([{ limit: "0" }]);
    expect((await clientOf(poor).models.countTokens(HELLO)).totalTokens).toBeGreaterThan(0);
    expect((await clientOf(poor).models.get({ model: MODEL })).name).toBe(`models/${MODEL}`);
  });

  test("a refusal is Google's own ApiError, with the status and the reason", async () => {
    const poor = await rest.createKey([{ limit: "0" }]);
    const failure = await clientOf(poor)
      .models.generateContent(HELLO)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ status: 402, message: expect.stringContaining("budget_exceeded") });
    const forged = new GoogleGenAI({ apiKey: "tg_forged", httpOptions: { baseUrl: `${rig.url}/google` } });
    await expect(forged.models.generateContent(HELLO)).rejects.toMatchObject({ status: 401 });
  });
});

const post = (path: string, headers: Record<string, string> = {}) =>
  fetch(rig.url + path, {
    method: "POST",
    headers: { "x-goog-api-key": key.secret, ...headers },
    body: JSON.stringify({ contents: [{ parts: [{ text: "Hello" }] }] }),
  });
const generate = `/google/v1beta/models/${MODEL}:generateContent`;

test("a call that asks Google to leave its usage out is refused, and nothing is set aside", async () => {
  const masked = await post(`${generate}?fields=candidates`);
  expect([masked.status, await masked.json()]).toMatchObject([
    400,
    { error: { status: "INVALID_ARGUMENT" } },
  ]);
  expect((await post(generate, { "x-goog-fieldmask": "candidates" })).status).toBe(400);
  expect((await post(`${generate}?alt=json`)).status).toBe(200);
});

test("a stream as one JSON array costs what its last element says", async () => {
  const response = await post(generate.replace(":generate", ":streamGenerate"));
  const chunks = await response.json<GenerateContentResponse[]>();
  expect(chunks.length).toBeGreaterThan(2);
  const requestId = response.headers.get("x-tollgate-request-id") ?? "";
  await costs(chunks.at(-1)?.usageMetadata ?? {}, requestId, true);
});

test("a service account that gets no token ends a call as unreachable, with nothing charged", async () => {
  const path = `/vertex/v1/projects/p/locations/us-central1/publishers/google/models/${MODEL}:generateContent`;
  const response = await post(path);
  expect(response.status).toBe(502);
  const requestId = response.headers.get("x-tollgate-request-id") ?? "";
  const booked = await rest.settledRequest(requestId);
  expect(booked).toMatchObject({ provider: "vertex", outcome: "provider_unreachable", cost: 0n });
});
