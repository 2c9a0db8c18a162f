// GET /v1/models and /v1/models/{id} of the demo provider, in the shape of either family. Pure.

import { DEMO_CREATED_AT_SECONDS, isUnknownModel } from "./answer.ts";
import { failureReply, type Family } from "./family.ts";
import { unknownModelError } from "./openai-chat.ts";
import { jsonReply, type DemoReply } from "./reply.ts";

// Real names, so that a price is known for each.
const OPENAI_MODELS = ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "gpt-5.4"];
const ANTHROPIC_MODELS = ["claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5"];

export function listModels(family: Family): DemoReply {
  if (family === "openai") {
    return jsonReply(200, { object: "list", data: OPENAI_MODELS.map(openAiModel) });
  }
  return jsonReply(200, {
    data: ANTHROPIC_MODELS.map(anthropicModel),
    has_more: false,
    first_id: ANTHROPIC_MODELS.at(0),
    last_id: ANTHROPIC_MODELS.at(-1),
  });
}

/** Any id that a completion would be answered for, listed or not. */
export function getModel(family: Family, id: string): DemoReply {
  if (family === "openai") {
    return isUnknownModel(id) ? jsonReply(404, unknownModelError(id)) : jsonReply(200, openAiModel(id));
  }
  if (isUnknownModel(id)) return failureReply(family, { status: 404, message: `model: ${id}` });
  return jsonReply(200, anthropicModel(id));
}

function openAiModel(id: string): object {
  return { id, object: "model", created: DEMO_CREATED_AT_SECONDS, owned_by: "tollgate-demo" };
}

function anthropicModel(id: string): object {
  const created_at = new Date(DEMO_CREATED_AT_SECONDS * 1000).toISOString();
  return { type: "model", id, display_name: id, created_at };
}
