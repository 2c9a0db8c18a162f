import { openaiChatOf } from "../openai/chat.ts";
import { chatInput } from "../openai/chat-extras.ts";
import type { Wire } from "../wire.ts";
import { addFiles, addOpenrouterTools } from "./openrouter-tools.ts";
import { routed } from "./openrouter-routing.ts";
import { addResearch } from "./research.ts";

/** Each of its streams states usage, asked or not. https://openrouter.ai/docs/api-reference/overview */
const CHAT = openaiChatOf({ limitField: "max_completion_tokens", usageOption: false, statesCost: true });

/** OpenAI's chat completions, with tools that OpenRouter runs. */
export const openrouterChat: Wire = routed({
  ...CHAT,
  inputExtras(body, facts) {
    const extras = chatInput(body);
    addOpenrouterTools(extras, body);
    addFiles(extras, body);
    for (const model of [facts.model, ...(facts.alternatives ?? [])]) addResearch(extras, model);
    return extras;
  },
});
