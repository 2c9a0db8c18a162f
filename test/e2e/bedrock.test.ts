import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signatureHeaders } from "../../src/providers/bedrock/signature.ts";
import { concat, event } from "../providers/framing/event-stream-frames.ts";
import { expectExactBooks } from "../support/gate-books.ts";
import { startGate, type Gate } from "../support/gate.ts";

const AWS = { accessKeyId: "AKIDE2E", secretAccessKey: "e2e-secret-4f1c", region: "us-east-1" };
const MODEL = "us.amazon.nova-lite-v1:0";
const PATH = `/bedrock/model/${encodeURIComponent(MODEL)}`;
const BODY = { messages: [{ role: "user", content: [{ text: "hi" }] }], inferenceConfig: { maxTokens: 100 } };
const USAGE = { inputTokens: 20, outputTokens: 5, totalTokens: 25 };
/** 0.06 and 0.24 USD a million. */
const COST_NANO_USD = 20n * 60n + 5n * 240n;

/** A Bedrock that takes signed calls only, and repeats its caller's secret where it is asked to fail. */
async function startBedrock() {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // It listens on a port.
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (!(await isSigned(request, body))) {
    response.writeHead(403, { "x-amzn-errortype": "InvalidSignatureException" });
    response.end(JSON.stringify({ message: `wrong signature by ${AWS.secretAccessKey}` }));
  } else if (request.url?.endsWith("/converse-stream")) {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.end(
      concat(
        event("contentBlockDelta", JSON.stringify({ delta: { text: "hello" } })),
        event("messageStop", JSON.stringify({ stopReason: "end_turn" })),
        event("metadata", JSON.stringify({ usage: USAGE })),
      ),
    );
  } else {
    const asked = createHash("sha256").update(body).digest("hex");
    response.writeHead(200, { "content-type": "application/json", "x-body-hash": asked });
    response.end(JSON.stringify({ output: { message: { content: [{ text: "hello" }] } }, usage: USAGE }));
  }
}

async function isSigned({ headers, method = "", url = "" }: IncomingMessage, body: Buffer): Promise<boolean> {
  const at = String(headers["x-amz-date"]).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const call = {
    url: `http://${headers.host}${url}`,
    method,
    headers: new Headers(),
    body: new Uint8Array(body),
  };
  const expected = await signatureHeaders(call, AWS, { service: "bedrock", nowMs: Date.parse(at) });
  return Object.fromEntries(expected)["authorization"] === headers.authorization;
}

let bedrock: Awaited<ReturnType<typeof startBedrock>>;
let gate: Gate;
beforeAll(async () => {
  bedrock = await startBedrock();
  gate = await startGate({
    bindings: {
      BEDROCK_BASE_URL: bedrock.url,
      AWS_ACCESS_KEY_ID: AWS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: AWS.secretAccessKey,
      AWS_REGION: AWS.region,
    },
  });
});
afterAll(async () => {
  await gate.stop();
  bedrock.close();
});

function call(
  secret: string,
  operation: string,
  { body = BODY, headers = {} }: { body?: object; headers?: object } = {},
) {
  return fetch(`${gate.url}${PATH}/${operation}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

test("a Converse call is signed, metered and booked", async () => {
  const key = await gate.createKey();
  const response = await call(key.secret, "converse");
  expect(response.status).toBe(200);
  expect(response.headers.get("x-tollgate-cost-usd")).toBe("0.0000024");
  await expectExactBooks(gate, key, COST_NANO_USD);
});

test("a client that signs by itself brings its virtual key in another header", async () => {
  const key = await gate.createKey();
  const headers = {
    authorization:
      "AWS4-HMAC-SHA256 Credential=OTHER/20200101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0",
    "x-amz-date": "20200101T000000Z",
    "x-api-key": key.secret,
  };
  expect((await call("", "converse", { headers })).status).toBe(200);
  await expectExactBooks(gate, key, COST_NANO_USD);
});

test("a stream passes byte for byte, and is booked", async () => {
  const key = await gate.createKey();
  const response = await call(key.secret, "converse-stream");
  expect(response.headers.get("content-type")).toBe("application/vnd.amazon.eventstream");
  expect((await response.text()).includes('"outputTokens":5')).toBe(true);
  await expectExactBooks(gate, key, COST_NANO_USD);
});

test("a token count is signed, passes and costs nothing", async () => {
  const key = await gate.createKey();
  expect((await call(key.secret, "count-tokens", { body: { input: { converse: BODY } } })).status).toBe(200);
  await expectExactBooks(gate, key, 0n);
});

test("law 2: a clamped call is signed over the body as it is sent", async () => {
  const key = await gate.rest.createKey([{ limit: "0.0001" }]);
  const asked = { ...BODY, inferenceConfig: { maxTokens: 9_000 } };
  const response = await call(key.secret, "converse", { body: asked });
  expect(response.status).toBe(200);
  const limit = Number(response.headers.get("x-tollgate-max-output-tokens"));
  expect(limit).toBeLessThan(9_000);
  const sent = JSON.stringify({ ...BODY, inferenceConfig: { maxTokens: limit } });
  expect(response.headers.get("x-body-hash")).toBe(createHash("sha256").update(sent).digest("hex"));
});

test("a refusal names the exception that AWS's SDKs raise", async () => {
  const key = await gate.rest.createKey([{ limit: "0" }]);
  const response = await call(key.secret, "converse");
  expect(response.status).toBe(402);
  expect(response.headers.get("x-amzn-errortype")).toBe("ServiceQuotaExceededException");
  expect(await response.json()).toMatchObject({ tollgate: { code: "budget_exceeded" } });
});

test("law 11: an application's own profile has no known price", async () => {
  const key = await gate.createKey();
  const profile = encodeURIComponent("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc");
  const response = await fetch(`${gate.url}/bedrock/model/${profile}/converse`, {
    method: "POST",
    headers: { authorization: `Bearer ${key.secret}` },
    body: JSON.stringify(BODY),
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ tollgate: { code: "model_unpriced" } });
});
