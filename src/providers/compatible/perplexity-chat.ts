import { asObject, asText } from "../fields.ts";
import { openaiChatOf } from "../openai/chat.ts";
import type { JsonObject, Wire } from "../wire.ts";
import { addResearch } from "./research.ts";

/** Usage stands in every chunk. https://docs.perplexity.ai/api-reference/chat-completions-post */
const CHAT = openaiChatOf({ limitField: "max_tokens", usageOption: false, statesCost: true });

/** OpenAI's chat completions, each with a search whose fee depends on how much of it is read. */
export const perplexityChat: Wire = {
  ...CHAT,
  understand(body, path) {
    const understood = CHAT.understand(body, path);
    if ("invalid" in understood) return understood;
    return { facts: { ...understood.facts, priceOptions: { variant: searchOf(body) } } };
  },
  inputExtras(body, facts) {
    const extras = CHAT.inputExtras(body, facts);
    // It was seen to write one token more than its limit.
    extras.outputTokens += 1;
    addResearch(extras, facts.model);
    return extras;
  },
};

/** "low" where nothing is said; an agent's search ("pro", or "auto", which may choose it) has fees of its own. */
function searchOf(body: JsonObject): string {
  const options = asObject(body["web_search_options"]) ?? {};
  const stated = options["search_context_size"] ?? "low";
  const size = asText(stated) ?? "unknown";
  const type = options["search_type"] ?? "fast";
  return type === "fast" ? size : `pro-${size}`;
}
