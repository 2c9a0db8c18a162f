import { expect, test } from "vitest";
import { parseEnv } from "../../../src/env.ts";
import { bedrock } from "../../../src/providers/bedrock/bedrock.ts";
import { upstreamOf } from "../../../src/providers/upstream.ts";

const NEEDED = {
  ADMIN_KEY: "admin",
  KEY_SECRET: "0123456789abcdef",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
  UPSTASH_REDIS_REST_TOKEN: "t",
  DATABASE_URL: "postgres://127.0.0.1",
};
const PAIR = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "s" };

function upstream(bindings: Record<string, string>) {
  const parsed = parseEnv({ ...NEEDED, ...bindings });
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return upstreamOf(parsed.config, bedrock, { auth: "bedrock", path: "/model/m/converse" });
}

function problems(bindings: Record<string, string>) {
  const parsed = parseEnv({ ...NEEDED, ...bindings });
  return "problems" in parsed ? parsed.problems : [];
}

test("the region says where Bedrock is; its own base URL comes before that", () => {
  expect(upstream({ AWS_REGION: "eu-central-1" })?.baseUrl).toBe(
    "https://bedrock-runtime.eu-central-1.amazonaws.com",
  );
  const BEDROCK_BASE_URL = "https://vpce.test/";
  expect(upstream({ AWS_REGION: "us-gov-west-1", BEDROCK_BASE_URL })?.baseUrl).toBe("https://vpce.test");
  expect(upstream({})).toBeNull();
  expect(upstream(PAIR)).toBeNull();
});

test("calls are signed with the pair, the session's token and the region", () => {
  expect(upstream({ ...PAIR, AWS_REGION: "us-east-1", AWS_SESSION_TOKEN: "t" })?.aws).toEqual({
    accessKeyId: "AKID",
    secretAccessKey: "s",
    sessionToken: "t",
    region: "us-east-1",
  });
  expect(upstream({ AWS_REGION: "us-east-1", BEDROCK_API_KEY: "k" })).toMatchObject({ apiKey: "k" });
});

test.each([
  ["AWS_SECRET_ACCESS_KEY", { AWS_ACCESS_KEY_ID: "AKID" }],
  ["AWS_ACCESS_KEY_ID", { AWS_SECRET_ACCESS_KEY: "s" }],
  ["AWS_REGION", { ...PAIR, BEDROCK_BASE_URL: "https://vpce.test" }],
])("a missing %s is named", (setting, bindings) => {
  expect(problems(bindings)).toEqual([{ setting, detail: "is not set" }]);
});

test.each(["US East", "us-east", "us-east-1.evil.test/", "us-east-1\n"])(
  "a region is never made a part of a host name unchecked: %j",
  (AWS_REGION) => {
    expect(problems({ AWS_REGION })).toEqual([
      { setting: "AWS_REGION", detail: "must be a region as us-east-1" },
    ]);
  },
);
