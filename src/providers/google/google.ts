import { openaiChat } from "../openai/chat.ts";
import type { Provider, ProviderRoute } from "../provider.ts";
import type { Wire } from "../wire.ts";
import { geminiEmbed } from "./embed.ts";
import { geminiGenerate } from "./generate.ts";
import { hiddenUsage } from "./hidden-usage.ts";
import { geminiInteractions } from "./interactions.ts";
import { MODEL_PATTERN } from "./model-path.ts";
import { googlePredict, PREDICT_MODELS } from "./predict.ts";

const VERSION = "/v1(?:alpha|beta)?";
const ID = "[A-Za-z0-9][A-Za-z0-9._-]*";

function post(path: string, metering: Wire | "free"): ProviderRoute {
  return { method: "POST", path: new RegExp(`^${VERSION}${path}$`), metering };
}

const generate = `/(?:models|tunedModels)/${MODEL_PATTERN}:(?:generateContent|streamGenerateContent)`;

/** https://ai.google.dev/api. Caches bill their storage by the hour, so making or keeping one isn't metered. */
export const google: Provider = {
  name: "google",
  baseUrl: "https://generativelanguage.googleapis.com",
  auth: "x-goog-api-key",
  envelope: "google",
  routes: [
    post(generate, geminiGenerate),
    post(`/models/${MODEL_PATTERN}:(?:embedContent|batchEmbedContents)`, geminiEmbed),
    post(`/models/${PREDICT_MODELS}:predict`, googlePredict),
    post(`/(?:models|tunedModels)/${MODEL_PATTERN}:countTokens`, "free"),
    post("/interactions", geminiInteractions),
    post(`/interactions/${ID}/cancel`, "free"),
    // A poll repeats the usage of what it asks for, which was billed once (R45).
    { method: "GET", path: new RegExp(`^${VERSION}/interactions/${ID}$`), metering: "free" },
    {
      method: "DELETE",
      path: new RegExp(`^${VERSION}/(?:interactions|cachedContents)/${ID}$`),
      metering: "free",
    },
    { method: "GET", path: new RegExp(`^${VERSION}/cachedContents(?:/${ID})?$`), metering: "free" },
    {
      method: "GET",
      path: new RegExp(`^${VERSION}/(?:models|tunedModels)(?:/${MODEL_PATTERN})?$`),
      metering: "free",
    },
    // https://ai.google.dev/gemini-api/docs/openai
    { ...post("/openai/chat/completions", openaiChat), auth: "bearer" },
    {
      method: "GET",
      path: new RegExp(`^${VERSION}/openai/models(?:/.+)?$`),
      metering: "free",
      auth: "bearer",
    },
  ],
  compatiblePath: "/v1beta/openai",
  hiddenUsage,
};
