// The route table of the demo provider. Pure: a request in, a reply out.

import { answerCountTokens, answerMessages } from "./anthropic-messages.ts";
import { credentialOf, failureReply, familyOf, type Family } from "./family.ts";
import { geminiPath } from "./gemini-path.ts";
import { answerGemini } from "./gemini-routes.ts";
import { getModel, listModels } from "./models.ts";
import { answerModeration } from "./moderations.ts";
import { answerChat } from "./openai-chat.ts";
import type { DemoReply, DemoRequest } from "./reply.ts";

const MODEL_PATH = "/v1/models/";

export function answerDemo(request: DemoRequest): DemoReply {
  const family = familyOf(request);
  if (credentialOf(family, request.headers) === null) return unauthenticated(family);
  const { method, path, body } = request;
  const gemini = geminiPath(path);
  if (gemini) return answerGemini(request, gemini);
  switch (`${method} ${path}`) {
    case "POST /v1/chat/completions":
    // Gemini's OpenAI-compatible mode.
    case "POST /v1beta/openai/chat/completions":
      return answerChat(body);
    case "POST /v1/messages":
      return answerMessages(body);
    case "POST /v1/messages/count_tokens":
      return answerCountTokens(body);
    case "POST /v1/moderations":
      return answerModeration(body);
    case "GET /v1/models":
      return listModels(family);
    default:
      if (method === "GET" && path.startsWith(MODEL_PATH)) {
        return getModel(family, path.slice(MODEL_PATH.length));
      }
      return failureReply(family, { status: 404, message: `Invalid URL (${method} ${path})` });
  }
}

function unauthenticated(family: Family): DemoReply {
  if (family === "anthropic")
    return failureReply(family, { status: 401, message: "x-api-key header is required" });
  if (family === "google") return failureReply(family, { status: 401, message: "An API key is required." });
  const message =
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.";
  return failureReply(family, { status: 401, message, code: "invalid_api_key" });
}
