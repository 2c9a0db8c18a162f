import { expect, test } from "vitest";
import { authorizeBedrock } from "../../../src/providers/bedrock/authorize.ts";
import type { Outgoing } from "../../../src/providers/upstream.ts";

const AWS = { accessKeyId: "AKID", secretAccessKey: "a-secret", region: "eu-west-1" };
const NOW = Date.parse("2026-11-25T08:00:00Z");

function outgoing(fields: Partial<Outgoing> = {}): Outgoing {
  return {
    url: "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse",
    method: "POST",
    headers: new Headers(),
    body: "{}",
    ...fields,
  };
}

test("an API key goes as bearer, before a signature", async () => {
  const call = outgoing();
  expect(await authorizeBedrock({ apiKey: "bedrock-key", aws: AWS }, call, NOW)).toEqual(["bedrock-key"]);
  expect(call.headers.get("authorization")).toBe("Bearer bedrock-key");
  expect(call.headers.has("x-amz-date")).toBe(false);
});

test("without one the call is signed; the secret and the session's token are never to be heard", async () => {
  const call = outgoing();
  const aws = { ...AWS, sessionToken: "a-token" };
  expect(await authorizeBedrock({ apiKey: undefined, aws }, call, NOW)).toEqual(["a-secret", "a-token"]);
  expect(call.headers.get("authorization")).toContain(
    "Credential=AKID/20261125/eu-west-1/bedrock/aws4_request",
  );
  expect(call.headers.get("x-amz-date")).toBe("20261125T080000Z");
  expect(call.headers.get("x-amz-security-token")).toBe("a-token");
});

const CLIENT_SIGNED = {
  authorization: "AWS4-HMAC-SHA256 Credential=CLIENT/…".replace("…", "x"),
  "x-amz-date": "20200101T000000Z",
  "x-amz-security-token": "client-token",
  "x-amz-content-sha256": "0".repeat(64),
};

test.each([
  ["with a key", { apiKey: "k", aws: undefined }],
  ["signed", { apiKey: undefined, aws: AWS }],
  ["with no credential", { apiKey: undefined, aws: undefined }],
])("the client's own signature never goes upstream: %s", async (_name, { apiKey, aws }) => {
  const call = outgoing({ headers: new Headers(CLIENT_SIGNED) });
  await authorizeBedrock({ apiKey, ...(aws && { aws }) }, call, NOW);
  const values = [...call.headers.values()].join("\n");
  expect(values).not.toContain("CLIENT");
  expect(values).not.toContain("client-token");
  expect(call.headers.get("x-amz-date")).not.toBe("20200101T000000Z");
  expect(call.headers.has("x-amz-content-sha256")).toBe(false);
});

test("a body that comes as a stream is signed and sent whole", async () => {
  const text = '{"input":{}}';
  const streamed = outgoing({ body: new Response(text).body });
  const whole = outgoing({ body: text });
  await authorizeBedrock({ apiKey: undefined, aws: AWS }, streamed, NOW);
  await authorizeBedrock({ apiKey: undefined, aws: AWS }, whole, NOW);
  expect(streamed.headers.get("authorization")).toBe(whole.headers.get("authorization"));
  expect(await new Response(streamed.body).text()).toBe(text);
});
