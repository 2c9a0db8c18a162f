// Google's routes at the demo provider. Pure.

import { isUnknownModel } from "./answer.ts";
import { failureReply } from "./family.ts";
import type { GeminiPath } from "./gemini-path.ts";
import { answerGeminiCount, answerGenerate, unknownGemini } from "./gemini.ts";
import { jsonReply, type DemoReply, type DemoRequest } from "./reply.ts";

/** Real names, so that a price is known for each. */
const GEMINI_MODELS = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-3-flash-preview"];

export function answerGemini({ method, path, query, body }: DemoRequest, at: GeminiPath): DemoReply {
  if (method === "GET" && at.kind === "models")
    return jsonReply(200, { models: GEMINI_MODELS.map(geminiModel) });
  if (method === "GET" && at.kind === "model") {
    return isUnknownModel(at.model) ? unknownGemini(at.model) : jsonReply(200, geminiModel(at.model));
  }
  if (method !== "POST" || at.kind !== "call") return notFound(path);
  switch (at.call) {
    case "generateContent":
      return answerGenerate(body, { model: at.model, stream: false, sse: false });
    case "streamGenerateContent":
      return answerGenerate(body, { model: at.model, stream: true, sse: query.get("alt") === "sse" });
    case "countTokens":
      return answerGeminiCount(body, at.model);
    default:
      return notFound(path);
  }
}

function notFound(path: string): DemoReply {
  return failureReply("google", { status: 404, message: `Nothing is at ${path}.` });
}

function geminiModel(id: string): object {
  return {
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
  };
}
