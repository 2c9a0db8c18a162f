import { asText } from "../fields.ts";
import type { JsonObject, Wire } from "../wire.ts";

/**
 * Chat with an agent: the body names it in place of a model, and its model, instructions and tools are kept at Mistral. So
 * the agent stands for the model, and only the answer tells which one that is.
 * https://docs.mistral.ai/api/endpoint/agents
 */
export function agentsOf(chat: Wire): Wire {
  return {
    ...chat,
    namesDeployment: true,
    understand(body, path) {
      const agent = asText(body["agent_id"]);
      if (agent === undefined) {
        return { invalid: { param: "agent_id", message: "'agent_id' must be a non-empty string." } };
      }
      return chat.understand({ ...body, model: agent } satisfies JsonObject, path);
    },
    inputExtras: (body, facts) => ({ ...chat.inputExtras(body, facts), unseenInput: true }),
  };
}
