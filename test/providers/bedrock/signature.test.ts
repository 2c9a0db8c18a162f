import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signatureHeaders } from "../../../src/providers/bedrock/signature.ts";

// AWS's own test suite: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const SUITE = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const AT = { service: "service", nowMs: Date.parse("2015-08-30T12:36:00Z") };

async function signed(
  method: string,
  { url = "https://example.amazonaws.com/", body = "", headers = {}, at = AT, credentials = SUITE } = {},
) {
  const bytes = body === "" ? null : new Uint8Array(new TextEncoder().encode(body));
  const call = { url, method, headers: new Headers(headers), body: bytes };
  return Object.fromEntries(await signatureHeaders(call, credentials, at));
}

test.each([
  ["GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  ["POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
])("AWS's own vector of a plain %s is met", async (method, signature) => {
  const { authorization } = await signed(method);
  expect(authorization).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
      `SignedHeaders=host;x-amz-date, Signature=${signature}`,
  );
});

test("a session token is sent and signed", async () => {
  const credentials = { ...SUITE, sessionToken: "short-lived" };
  const headers = await signed("POST", { credentials });
  expect(headers["x-amz-security-token"]).toBe("short-lived");
  expect(headers["authorization"]).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token,");
});

test("headers that something on the way may change aren't signed, AWS's own are", async () => {
  const headers = { "content-type": "application/json", accept: "*/*", "x-amz-user-agent": "sdk" };
  const { authorization } = await signed("POST", { headers });
  expect(authorization).toContain("SignedHeaders=host;x-amz-date;x-amz-user-agent,");
});

/** Written out by hand after AWS's description, with another library's hashes. */
function expectedSignature({ canonicalPath, body }: { canonicalPath: string; body: string }): string {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const canonical = [
    "POST",
    canonicalPath,
    "",
    "host:bedrock-runtime.us-east-1.amazonaws.com",
    "x-amz-date:20261125T080000Z",
    "",
    "host;x-amz-date",
    hash(body),
  ].join("\n");
  const scope = "20261125/us-east-1/bedrock/aws4_request";
  const toSign = ["AWS4-HMAC-SHA256", "20261125T080000Z", scope, hash(canonical)].join("\n");
  const parts = ["20261125", "us-east-1", "bedrock", "aws4_request"];
  const key = parts.reduce<string | Buffer>(mac, `AWS4${SUITE.secretAccessKey}`);
  return createHmac("sha256", key).update(toSign).digest("hex");
}

test.each([
  // What is sent encoded is encoded once more: the colon's %3A becomes %253A.
  ["/model/us.amazon.nova-lite-v1%3A0/converse", "/model/us.amazon.nova-lite-v1%253A0/converse"],
  ["/model/us.amazon.nova-lite-v1:0/converse", "/model/us.amazon.nova-lite-v1%3A0/converse"],
  [
    "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fa/invoke",
    "/model/arn%253Aaws%253Abedrock%253Aus-east-1%253A1%253Ainference-profile%252Fa/invoke",
  ],
])("the path %s is signed as %s", async (path, canonicalPath) => {
  const body = '{"messages":[]}';
  const { authorization } = await signed("POST", {
    url: `https://bedrock-runtime.us-east-1.amazonaws.com${path}`,
    body,
    at: { service: "bedrock", nowMs: Date.parse("2026-11-25T08:00:00Z") },
  });
  expect(authorization?.split("Signature=")[1]).toBe(expectedSignature({ canonicalPath, body }));
});
