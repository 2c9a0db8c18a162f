import { geminiEmbed } from "../google/embed.ts";
import { geminiGenerate } from "../google/generate.ts";
import { hiddenUsage } from "../google/hidden-usage.ts";
import { MODEL_PATTERN } from "../google/model-path.ts";
import { googlePredict, PREDICT_MODELS } from "../google/predict.ts";
import { openaiChat } from "../openai/chat.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { vertexBaseUrl } from "./location.ts";
import { vertexAnthropic, vertexMistral } from "./raw-predict.ts";

const PROJECT = "/projects/[A-Za-z0-9][A-Za-z0-9.:_-]*/locations/[a-z0-9-]+";

function post(path: string, metering: Wire | "free"): ProviderRoute {
  return { method: "POST", path: new RegExp(`^/v1(?:beta1)?${path}$`), metering };
}

/** Without a project as well: the express mode. https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode */
function publisher(name: string, path: string, metering: Wire | "free"): ProviderRoute {
  return post(`(?:${PROJECT})?/publishers/${name}/models/${path}`, metering);
}

const rawPredict = `${MODEL_PATTERN}:(?:rawPredict|streamRawPredict)`;

/** https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest. An endpoint of one's own doesn't tell its model. */
export const vertex: Provider = {
  name: "vertex",
  baseUrl: null,
  baseUrlFor: vertexBaseUrl,
  auth: "vertex",
  envelope: "google",
  routes: [
    publisher("google", `${MODEL_PATTERN}:(?:generateContent|streamGenerateContent)`, geminiGenerate),
    publisher("google", `${MODEL_PATTERN}:embedContent`, geminiEmbed),
    publisher("google", `${PREDICT_MODELS}:predict`, googlePredict),
    publisher("[a-z]+", `${MODEL_PATTERN}:countTokens`, "free"),
    // https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens
    publisher("anthropic", "count-tokens:rawPredict", "free"),
    publisher("anthropic", rawPredict, vertexAnthropic),
    publisher("mistralai", rawPredict, vertexMistral),
    post(`${PROJECT}/endpoints/openapi/chat/completions`, openaiChat),
  ],
  compatiblePath: null,
  hiddenUsage,
};
