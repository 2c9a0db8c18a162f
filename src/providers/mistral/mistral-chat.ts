import { asText } from "../fields.ts";
import { openaiChatOf } from "../openai/chat.ts";
import type { Wire } from "../wire.ts";
import { mistralExtras } from "./mistral-extras.ts";

/**
 * Chat as OpenAI's, and fill-in-the-middle, whose answers are chat's. Mistral refuses what it doesn't know, the newer limit
 * and `stream_options` among it, and states usage in the last chunk of each stream.
 * https://docs.mistral.ai/api/endpoint/chat, https://docs.mistral.ai/api/endpoint/fim
 */
export const mistralChat: Wire = {
  ...openaiChatOf({ limitField: "max_tokens", usageOption: false, statesCost: false }),
  name: "mistral-chat",
  inputExtras: mistralExtras,
};

/**
 * An agent brings its model and its instructions, which the body only names: the agent stands in the model's place, and
 * has a price where the operator has set one. https://docs.mistral.ai/api/endpoint/agents
 */
export const mistralAgents: Wire = {
  ...mistralChat,
  name: "mistral-agents",
  understand(body, path) {
    const agent = asText(body["agent_id"]);
    if (agent !== undefined) return mistralChat.understand({ ...body, model: agent }, path);
    return { invalid: { param: "agent_id", message: "'agent_id' must be a non-empty string." } };
  },
  inputExtras: (body) => ({ ...mistralExtras(body), unseenInput: true }),
};
