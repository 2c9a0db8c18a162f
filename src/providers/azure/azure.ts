import { openaiChat, openaiChatOf } from "../openai/chat.ts";
import { openaiCompletions } from "../openai/completions.ts";
import { openaiEmbeddings } from "../openai/embeddings.ts";
import { openaiImages } from "../openai/images.ts";
import { openaiRoutes } from "../openai/openai.ts";
import { openaiSpeech } from "../openai/speech.ts";
import { openaiTranscriptions } from "../openai/transcriptions.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { DEPLOYMENT_PATTERN, withDeployment } from "./deployment.ts";

/**
 * Models of others and OpenAI's, at the resource's root. Its interface knows only the older limit.
 * https://learn.microsoft.com/rest/api/aifoundry/modelinference
 */
const inferenceChat = openaiChatOf({ limitField: "max_tokens", usageOption: true, statesCost: false });

function deployed(path: string, wire: Wire): ProviderRoute {
  return {
    method: "POST",
    path: new RegExp(`^${DEPLOYMENT_PATTERN}${path}$`),
    metering: withDeployment(wire),
  };
}

/**
 * OpenAI's formats at three places: behind a deployment, behind `/openai/v1`, and behind `/models` for models of others.
 * Where that is depends on the resource, so a setting must say. https://learn.microsoft.com/azure/ai-foundry/openai/reference
 */
export const azure: Provider = {
  name: "azure",
  baseUrl: null,
  auth: "api-key",
  envelope: "openai",
  routes: namingDeployments([
    deployed("/chat/completions", openaiChat),
    deployed("/completions", openaiCompletions),
    deployed("/embeddings", openaiEmbeddings),
    deployed("/images/(?:generations|edits)", openaiImages),
    deployed("/audio/speech", openaiSpeech),
    deployed("/audio/(?:transcriptions|translations)", openaiTranscriptions),
    // Responses came without a version first.
    ...openaiRoutes("/openai(?:/v1)?"),
    { method: "POST", path: /^(?:\/models)?\/chat\/completions$/, metering: inferenceChat },
    { method: "POST", path: /^(?:\/models)?\/embeddings$/, metering: openaiEmbeddings },
    { method: "GET", path: /^\/openai\/deployments(?:\/[^/]+)?$/, metering: "free" },
    { method: "GET", path: /^(?:\/models)?\/info$/, metering: "free" },
  ]),
  compatiblePath: "/openai/v1",
};

/** The model that a body names is a deployment, too. */
function namingDeployments(routes: ProviderRoute[]): ProviderRoute[] {
  return routes.map((route) => {
    const { metering } = route;
    return metering === "free" ? route : { ...route, metering: { ...metering, namesDeployment: true } };
  });
}
