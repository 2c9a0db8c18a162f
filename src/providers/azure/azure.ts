import { openaiChat, openaiChatOf } from "../openai/chat.ts";
import { openaiRoutes } from "../openai/openai.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { withDeployment } from "./deployment.ts";

/**
 * Models of others and OpenAI's, at the resource's root. The older limit is the one that its interface knows.
 * https://learn.microsoft.com/en-us/rest/api/aifoundry/model-inference/get-chat-completions/get-chat-completions
 */
const inferenceChat = openaiChatOf({ limitField: "max_tokens", usageOption: true, statesCost: false });

/** OpenAI's formats, by their path behind a deployment. https://learn.microsoft.com/en-us/azure/ai-services/openai/reference */
export function deploymentRoutes(wires: Record<string, Wire>): ProviderRoute[] {
  return Object.entries(wires).map(([path, wire]) => ({
    method: "POST",
    path: new RegExp(`^/openai/deployments/[^/]+/${path}$`),
    metering: withDeployment(wire),
  }));
}

/** Each resource has a host of its own, so a setting says where. https://learn.microsoft.com/en-us/azure/ai-services/openai/reference */
export const azure: Provider = {
  name: "azure",
  baseUrl: null,
  auth: "api-key",
  envelope: "openai",
  routes: [
    ...deploymentRoutes({ "chat/completions": openaiChat }),
    ...openaiRoutes("/openai/v1"),
    { method: "POST", path: /^(?:\/models)?\/chat\/completions$/, metering: inferenceChat },
    { method: "GET", path: /^\/openai\/(?:models|deployments)(?:\/[^/]+)?$/, metering: "free" },
    { method: "GET", path: /^\/(?:models\/)?info$/, metering: "free" },
  ],
  compatiblePath: "/openai/v1",
};
