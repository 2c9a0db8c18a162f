import { openaiChat } from "../openai/chat.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import { converse, converseStream } from "./converse.ts";
import { invoke, invokeStream } from "./invoke.ts";
import { tierAskedInHeaders } from "./service-tier.ts";
import type { Wire } from "../wire.ts";

/** OpenAI's, with the tier in a header. */
export const bedrockChat: Wire = {
  ...openaiChat,
  understand(body, path, headers) {
    const understood = openaiChat.understand(body, path);
    if ("invalid" in understood) return understood;
    return { facts: { ...understood.facts, priceOptions: tierAskedInHeaders(headers, body) } };
  },
};

/** A model's id has its slashes encoded; an ARN's may be written out. */
const at = (operation: string) => new RegExp(`^/model/(?:arn:[^/]+/)?[^/]+/${operation}$`);

/**
 * Amazon Bedrock's runtime. Its lists of models, its agents and its reranks are at other hosts; guardrails that are applied
 * alone, asynchronous and bidirectional calls can't be metered.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html
 */
const ROUTES: ProviderRoute[] = [
  { method: "POST", path: at("converse"), metering: converse },
  { method: "POST", path: at("converse-stream"), metering: converseStream },
  { method: "POST", path: at("invoke"), metering: invoke },
  { method: "POST", path: at("invoke-with-response-stream"), metering: invokeStream },
  { method: "POST", path: at("count-tokens"), metering: "free" },
  // https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html
  { method: "POST", path: /^\/openai\/v1\/chat\/completions$/, metering: bedrockChat },
];

export const bedrock: Provider = {
  name: "bedrock",
  // A host for each region: see bedrockBaseUrl.
  baseUrl: null,
  auth: "bedrock",
  envelope: "message",
  routes: ROUTES,
  compatiblePath: "/openai/v1",
};
