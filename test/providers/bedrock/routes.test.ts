import { bedrockChat } from "../../../src/providers/bedrock/bedrock.ts";
import { expect, test } from "vitest";
import { refusalResponse } from "../../../src/errors.ts";
import { converse, converseStream } from "../../../src/providers/bedrock/converse.ts";
import { invoke, invokeStream } from "../../../src/providers/bedrock/invoke.ts";
import { routeOf } from "../../../src/providers/registry.ts";

const meteringOf = (path: string, method = "POST") => routeOf(method, `/bedrock${path}`)?.metering;

test.each([
  ["/model/amazon.nova-pro-v1%3A0/converse", converse],
  ["/model/amazon.nova-pro-v1:0/converse-stream", converseStream],
  ["/model/us.anthropic.claude-opus-4-8/invoke", invoke],
  ["/model/m/invoke-with-response-stream", invokeStream],
  ["/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.m/converse", converse],
  ["/model/arn:aws:bedrock:us-east-1:1:inference-profile/us.m/converse", converse],
  ["/openai/v1/chat/completions", bedrockChat],
  ["/model/m/count-tokens", "free"],
])("R21: %s is metered", (path, metering) => {
  expect(meteringOf(path)).toBe(metering);
});

test.each([
  "/model/m/invoke-with-bidirectional-stream",
  "/model/a/b/converse",
  "/async-invoke",
  "/guardrail/g/version/1/apply",
  "/rerank",
  "/model/m/converse/",
])("law 11: %s can't be metered", (path) => {
  expect(meteringOf(path)).toBeNull();
});

test.each([
  ["invalid_key", 401, "AccessDeniedException"],
  ["budget_exceeded", 402, "ServiceQuotaExceededException"],
  ["model_unpriced", 403, "AccessDeniedException"],
  ["budget_held", 429, "ThrottlingException"],
  ["invalid_request", 400, "ValidationException"],
  ["body_too_large", 413, "ValidationException"],
  ["store_unavailable", 503, "ServiceUnavailableException"],
  ["provider_unreachable", 502, "ServiceUnavailableException"],
  ["provider_timeout", 504, "ModelTimeoutException"],
  ["internal_error", 500, "InternalServerException"],
] as const)("%s is raised by AWS's SDKs as theirs", async (code, status, type) => {
  const response = refusalResponse({ code, message: "no" }, "message", "req_1");
  expect(response.status).toBe(status);
  expect(response.headers.get("x-amzn-errortype")).toBe(type);
  expect(await response.json()).toMatchObject({ message: "no", tollgate: { code } });
});

test("other providers' refusals name no exception of AWS's", () => {
  const response = refusalResponse({ code: "invalid_key", message: "no" }, "openai", "req_1");
  expect(response.headers.has("x-amzn-errortype")).toBe(false);
});

test("R52: a chat's tier is in a header, too", () => {
  const headers = new Headers({ "x-amzn-bedrock-service-tier": "priority" });
  const body = { model: "openai.gpt-oss-120b-1:0", messages: [] };
  expect(bedrockChat.understand(body, "/", headers)).toMatchObject({
    facts: { priceOptions: { tier: "priority" } },
  });
});
