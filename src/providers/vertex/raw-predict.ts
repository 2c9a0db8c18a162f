import { anthropicMessages } from "../anthropic/messages.ts";
import { clampOf } from "../clamp.ts";
import { modelIn, pathWithModel } from "../google/model-path.ts";
import { openaiChat } from "../openai/chat.ts";
import type { JsonObject, Wire } from "../wire.ts";

// Models of others at Vertex: their own formats, with the model in the path.

/** The format with the path's model: what the body says of one isn't what Vertex calls. */
function withPathModel(wire: Wire): Pick<Wire, "understand" | "pathFor"> {
  return {
    understand(body, path) {
      const model = modelIn(path);
      if (model === null) return { invalid: { param: null, message: "The path names no model." } };
      const understood = wire.understand({ ...body, model } satisfies JsonObject, path);
      if ("invalid" in understood) return understood;
      const stream = understood.facts.stream || path.endsWith(":streamRawPredict");
      return { facts: { ...understood.facts, stream } };
    },
    pathFor: pathWithModel,
  };
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude */
export const vertexAnthropic: Wire = {
  ...anthropicMessages,
  name: "vertex-anthropic",
  ...withPathModel(anthropicMessages),
};

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral. Usage comes unasked. */
export const vertexMistral: Wire = {
  ...openaiChat,
  name: "vertex-mistral",
  pathFor: pathWithModel,
  understand(body, path) {
    const understood = withPathModel(openaiChat).understand(body, path);
    return "invalid" in understood ? understood : { facts: { ...understood.facts, usageAsked: true } };
  },
  clampEdits: clampOf("max_tokens"),
};
